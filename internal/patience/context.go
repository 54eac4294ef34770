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

// Within returns the result of f, which takes no context because it waits for a
// guest. If ctx ends first, the error is its cause, and f may go on waiting: until
// the caller closes the connection that f uses.
func Within[T any](ctx context.Context, f func() (T, error)) (t T, err error) {
	type result struct {
		t   T
		err error
	}
	done := make(chan result, 1)
	go func() {
		t, err := f()
		done <- result{t, err}
	}()
	select {
	case r := <-done:
		t, err = r.t, r.err
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return t, context.Cause(ctx)
	}
	return t, err
}
