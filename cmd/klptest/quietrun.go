// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/rig"
)

// quietRun runs cases on a kernel, for a command that reports in another way.
func (a *app) quietRun(ctx context.Context, list []*casefile.Case, o rig.Options) ([]judge.Result, error) {
	return a.runOnce(ctx, list, o, unheard{})
}

// runUntilFail is a quietRun that ends with the first FAIL.
func (a *app) runUntilFail(ctx context.Context, list []*casefile.Case, o rig.Options) ([]judge.Result, error) {
	results, err := a.runOnce(ctx, list, o, heeded{more: noFail})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return results, err
}

// runOnce runs cases on a rig of their own.
func (a *app) runOnce(ctx context.Context, list []*casefile.Case, o rig.Options, ev rig.Events) (results []judge.Result, err error) {
	o.Lean = true
	r, err := a.newRig(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return r.Run(ctx, list, ev)
}

// unheard is a run that nobody watches.
type unheard struct{}

func (unheard) Start(string)            {}
func (unheard) Step(string, string)     {}
func (unheard) Case(judge.Result) error { return nil }

// heeded are events of which only the results are heard, as long as more are
// wanted.
type heeded struct {
	unheard
	more func(judge.Result) bool
}

// errEnough ends a run of which no more is wanted.
var errEnough = errors.New("no more results are wanted")

func (h heeded) Case(r judge.Result) error {
	if !h.more(r) {
		return errEnough
	}
	return nil
}

func noFail(r judge.Result) bool { return r.Verdict != judge.Fail }
