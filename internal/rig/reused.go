// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"sync"

	"github.com/klptest/klptest/internal/blame"
)

// reused is a source whose guests serve test after test, across runs, as long as
// each test leaves its guest clean. It has as many guests as tests have run in
// parallel: an idle guest of another shape makes room for one that is wanted.
type reused struct {
	make maker
	ctx  context.Context // limits the guests' life, which is longer than a run

	mu   sync.Mutex
	idle map[shape][]instance
}

func newReused(ctx context.Context, m maker) *reused {
	return &reused{make: m, ctx: ctx, idle: map[shape][]instance{}}
}

func (r *reused) get(ctx context.Context, s shape) (g instance, used bool, err error) {
	if g := r.pop(s); g != nil {
		return g, true, nil
	}
	if g := r.popAny(); g != nil {
		_ = g.Close() // it was clean and is not needed
	}
	g, err = r.make(asideOf(r.ctx, ctx), s)
	return g, false, err
}

// popAny takes an idle guest of any shape; nil: there is none.
func (r *reused) popAny() instance {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.idle {
		if g := r.take(s); g != nil {
			return g
		}
	}
	return nil
}

// pop takes an idle guest; nil: there is none.
func (r *reused) pop(s shape) instance {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.take(s)
}

// take is pop with the lock held.
func (r *reused) take(s shape) instance {
	n := len(r.idle[s])
	if n == 0 {
		return nil
	}
	g := r.idle[s][n-1]
	r.idle[s] = r.idle[s][:n-1]
	return g
}

func (r *reused) put(s shape, g instance, clean bool) {
	if !clean || !g.alive() {
		_ = g.Close() // a failed close says nothing about the test
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle[s] = append(r.idle[s], g)
}

func (r *reused) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs error
	for s, guests := range r.idle {
		for _, g := range guests {
			errs = blame.Join(errs, g.Close())
		}
		delete(r.idle, s)
	}
	return errs
}

// lasting is a source that outlives a run: the rig closes it.
type lasting struct{ source }

func (lasting) close() error { return nil }
