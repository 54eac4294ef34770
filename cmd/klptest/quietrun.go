// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/rig"
)

// quietRun runs cases on a kernel, for a command that reports in another way.
func (a *app) quietRun(ctx context.Context, list []*cases.Case, o rig.Options) ([]cases.Result, error) {
	return a.runOnce(ctx, list, o, unheard{})
}

// runUntilFail is a quietRun that ends with the first FAIL.
func (a *app) runUntilFail(ctx context.Context, list []*cases.Case, o rig.Options) ([]cases.Result, error) {
	results, err := a.runOnce(ctx, list, o, untilFail{})
	return results, unlessFailed(err)
}

// runOnce runs cases on a rig of their own.
func (a *app) runOnce(ctx context.Context, list []*cases.Case, o rig.Options, ev rig.Events) (results []cases.Result, err error) {
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
func (unheard) Case(cases.Result) error { return nil }

// untilFail wants to hear no more after a FAIL.
type untilFail struct{ unheard }

var errFailed = errors.New("a case has failed")

// unlessFailed drops the error of a run that was to end with a FAIL.
func unlessFailed(err error) error {
	if errors.Is(err, errFailed) {
		return nil
	}
	return err
}

func (untilFail) Case(r cases.Result) error {
	if r.Verdict == cases.Fail {
		return errFailed
	}
	return nil
}
