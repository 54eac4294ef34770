// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestPatience: a guest's limit is extended by what the host owes it, to an end.
func TestPatience(t *testing.T) {
	tests := map[string]struct {
		share float64 // of the time that the guest is starved
		want  time.Duration
	}{
		"all to itself": {0, 10 * time.Second},
		"half a CPU":    {0.5, 20 * time.Second},
		"no CPU at all": {1, mostPatience * 10 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := withPatience(t.Context(), 10*time.Second, func() time.Duration {
					return time.Duration(tt.share * float64(time.Since(began)))
				})
				defer cancel()
				<-ctx.Done()
				if took := time.Since(began); took < tt.want || took > tt.want+time.Second {
					t.Errorf("ended after %s with %v, want %s", took, context.Cause(ctx), tt.want)
				}
			})
		})
	}
}
