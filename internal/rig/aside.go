// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"sync/atomic"
	"time"
)

// aside is time that does not count for a test: it waited for something that all
// tests of its shape need once, such as a template or the shipped modules.
type aside struct{ spent atomic.Int64 }

type asideKey struct{}

// withAside returns a context that can set time aside.
func withAside(ctx context.Context) (context.Context, *aside) {
	a := &aside{}
	return context.WithValue(ctx, asideKey{}, a), a
}

// setAside sets aside the time until done is called.
func setAside(ctx context.Context) (done func()) {
	began := time.Now()
	return func() {
		if a, ok := ctx.Value(asideKey{}).(*aside); ok {
			a.spent.Add(int64(time.Since(began)))
		}
	}
}

// asideOf returns ctx with the aside of user.
func asideOf(ctx, user context.Context) context.Context {
	return context.WithValue(ctx, asideKey{}, user.Value(asideKey{}))
}

func (a *aside) total() time.Duration { return time.Duration(a.spent.Load()) }
