// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"sync"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// Unfit is an error that every test would have: it is about the rig, and about no
// test. It ends a run.
type Unfit struct{ err error }

func (u Unfit) Error() string { return "no case can be run: " + u.err.Error() }
func (u Unfit) Unwrap() error { return u.err }

// unsuited is an error of a machine that cannot run a test, because it lacks something.
type unsuited string

func (u unsuited) Error() string { return string(u) }

// broken is the result of a test that cannot be run. When no test can, it ends the
// run, and there is no result.
func (r *runner) broken(t Test, err error) judge.Result {
	if u, ok := errors.AsType[Unfit](err); ok {
		r.giveUp(u)
	}
	res := t.Broken(err)
	if _, ok := errors.AsType[unsuited](err); ok {
		res.Verdict = judge.Skip
	}
	return res
}

// failures counts what a maker could not make.
type failures struct {
	def  shape // of a test that asks for nothing
	sure uint  // failures of the kernel's that confirm a FAIL

	mu     sync.Mutex
	made   map[shape]bool
	inARow map[shape]uint
	final  map[shape]error
}

// rememberFailures makes a maker remember the shapes for which it fails: it would
// fail in the same way, and as slowly, for each test. def is the shape without which
// no test can be run.
func (m maker) rememberFailures(def shape, sure uint) maker {
	f := &failures{def: def, sure: sure, made: map[shape]bool{}, inARow: map[shape]uint{}, final: map[shape]error{}}
	return func(ctx context.Context, s shape) (instance, error) {
		if err := f.known(s); err != nil {
			return nil, err
		}
		g, err := m(ctx, s)
		if err != nil && ctx.Err() != nil {
			return g, err
		}
		return g, f.add(s, err)
	}
}

func (f *failures) known(s shape) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.final[s]
}

// add counts a guest, or the error in its place, and returns the error, which is
// final after enough of them.
func (f *failures) add(s shape, err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.made[s], f.inARow[s] = true, 0
		return nil
	}
	err = cache.Full(err)
	if f.inARow[s]++; f.inARow[s] < f.enough(s, err) {
		return err
	}
	if s == f.def && blame.Of(err) != blame.Kernel {
		err = Unfit{err}
	}
	f.final[s] = err
	return err
}

// enough is after how many failures in a row a maker gives up: one of the user's, as
// many of the kernel's as confirm a FAIL, and of the rig's two, or one when it has
// never worked and says nothing of another attempt.
func (f *failures) enough(s shape, err error) uint {
	switch blame.Of(err) {
	case blame.Kernel:
		return f.sure
	case blame.User:
		return 1
	}
	if e, ok := errors.AsType[*blame.Error](err); f.made[s] || ok && e.Transient {
		return 2
	}
	return 1
}
