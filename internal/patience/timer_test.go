// SPDX-License-Identifier: Apache-2.0

package patience

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

const limit = 10 * time.Second

// share returns the starved time of a guest that gets all but a share of a CPU.
func share(of float64) func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Hour + time.Duration(of*float64(time.Since(began))) }
}

func TestTimer(t *testing.T) {
	tests := map[string]struct {
		starved float64
		want    time.Duration
	}{
		"all to itself":  {0, limit},
		"half a CPU":     {0.5, 2 * limit},
		"a tenth of one": {0.9, Most * limit},
		"none":           {1, Most * limit},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, expired := time.Now(), make(chan struct{})
				After(limit, share(tt.starved), func() { close(expired) })
				<-expired
				if took := time.Since(began); took < tt.want-limit/4 || took > tt.want {
					t.Errorf("after %s, want %s", took, tt.want)
				}
			})
		})
	}
}

func TestTimerWithoutAGuest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, expired := time.Now(), make(chan struct{})
		After(limit, nil, func() { close(expired) })
		if <-expired; time.Since(began) != limit {
			t.Error(time.Since(began))
		}
	})
}

func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, cause := time.Now(), errors.New("too late")
		ctx, cancel := WithTimeoutCause(t.Context(), limit, share(0.5), cause)
		defer cancel()
		if <-ctx.Done(); time.Since(began) < 2*limit-limit/4 || context.Cause(ctx) != cause {
			t.Errorf("%v after %s", context.Cause(ctx), time.Since(began))
		}
		ctx, cancel = WithTimeoutCause(t.Context(), limit, nil, cause)
		cancel()
		if !errors.Is(context.Cause(ctx), context.Canceled) {
			t.Error(context.Cause(ctx))
		}
	})
}

func TestReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, expired := time.Now(), make(chan struct{})
		timer := After(limit, nil, func() { close(expired) })
		time.Sleep(limit / 2)
		timer.Reset()
		if <-expired; time.Since(began) != limit+limit/2 {
			t.Error(time.Since(began))
		}
	})
}

// TestResetForgets: time owed to the guest before a reset no longer counts.
func TestResetForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, expired := time.Now(), make(chan struct{})
		timer := After(limit, func() time.Duration { return min(time.Since(began), 2*limit) }, func() { close(expired) })
		time.Sleep(3 * limit / 2)
		timer.Reset()
		time.Sleep(limit / 2)
		timer.Reset()
		if <-expired; time.Since(began) != 3*limit {
			t.Error(time.Since(began))
		}
	})
}

func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timer := After(limit, share(0.5), func() { t.Error("expired") })
		time.Sleep(limit + limit/10) // it has looked once
		timer.Stop()
		timer.Reset()
		timer.Stop()
		time.Sleep(Most * limit)
	})
}
