// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"sync/atomic"
	"time"
)

// aside is the time of a test that is not its own: it waited for what all tests of
// its shape need once, such as a template and the shipped modules.
type aside struct{ spent atomic.Int64 }

type asideKey struct{}

// withAside makes a context whose user can set time aside.
func withAside(ctx context.Context) (context.Context, *aside) {
	a := &aside{}
	return context.WithValue(ctx, asideKey{}, a), a
}

// setAside sets the time aside that passes until done is called.
func setAside(ctx context.Context) (done func()) {
	began := time.Now()
	return func() {
		if a, ok := ctx.Value(asideKey{}).(*aside); ok {
			a.spent.Add(int64(time.Since(began)))
		}
	}
}

// asideOf is a context that sets time aside for the user of another one.
func asideOf(ctx, user context.Context) context.Context {
	return context.WithValue(ctx, asideKey{}, user.Value(asideKey{}))
}

func (a *aside) total() time.Duration { return time.Duration(a.spent.Load()) }
