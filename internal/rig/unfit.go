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

// Unfit is an error that every test would have: it concerns the rig, not a
// test. It ends a run.
type Unfit struct{ err error }

func (u Unfit) Error() string { return "no case can be run: " + u.err.Error() }
func (u Unfit) Unwrap() error { return u.err }

// unsuited is the error for a machine that is too small for a test.
type unsuited string

func (u unsuited) Error() string { return string(u) }

// broken returns the result of a test that cannot be run. If no test can, it ends
// the run, and there is no result.
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

// failures counts the failures of a maker.
type failures struct {
	def  shape // the default shape of a test
	sure uint  // failures of the kernel that confirm a FAIL

	mu     sync.Mutex
	made   map[shape]bool
	inARow map[shape]uint
	final  map[shape]error
}

// rememberFailures makes a maker remember the shapes for which it fails: it would
// fail in the same way, and as slowly, for each test. Without guests of the shape
// def no test can be run.
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

// add counts a guest, or the error instead of one, and returns the error, which is
// final after enough failures.
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

// enough is the number of failures in a row after which a maker gives up: one for
// the user's fault, as many as confirm a FAIL for the kernel's, and two for the
// rig's, or one if it has never worked and the error is not transient.
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
