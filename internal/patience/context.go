// SPDX-License-Identifier: Apache-2.0

package patience

import (
	"context"
	"time"
)

// WithTimeoutCause is [context.WithTimeoutCause] in the guest's own time;
// starved is as for [After].
func WithTimeoutCause(ctx context.Context, limit time.Duration, starved func() time.Duration, cause error) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := After(limit, starved, func() { cancel(cause) })
	return ctx, func() {
		timer.Stop()
		cancel(nil)
	}
}
