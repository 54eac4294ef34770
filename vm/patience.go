// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"fmt"
	"time"
)

// mostPatience is how many times its limit a wait for a starved guest may take.
const mostPatience = 5

// withPatience ends ctx when the guest has had the limit to answer. The time
// that it stood ready while the host had no CPU for it does not count: a boot
// on half a processor takes twice as long, and nobody is to blame.
func (v *VM) withPatience(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return withPatience(ctx, limit, func() time.Duration {
		t, err := v.CPUTime()
		if err != nil {
			return 0 // as good as dead, or it was never starved
		}
		return t.Wait / time.Duration(max(v.spec.CPUs, 1))
	})
}

// withPatience is told how long the guest has waited for a CPU since its start.
func withPatience(ctx context.Context, limit time.Duration, starved func() time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	began := time.Now()
	go func() {
		for left := limit; left > 0; {
			select {
			case <-ctx.Done():
				return
			case <-time.After(max(left, limit/20)):
			}
			elapsed := time.Since(began)
			left = min(limit+starved(), mostPatience*limit) - elapsed
		}
		cancel(fmt.Errorf("no answer within %s", time.Since(began).Round(min(limit, time.Second))))
	}()
	return ctx, func() { cancel(nil) }
}
