// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/rig"
)

// quietRun runs cases on a kernel, for a command that reports in another way.
func (a *app) quietRun(ctx context.Context, list []*cases.Case, o rig.Options) (results []cases.Result, err error) {
	r, err := a.newRig(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return r.Run(ctx, list, unheard{})
}

// unheard is a run that nobody watches.
type unheard struct{}

func (unheard) Start(string)            {}
func (unheard) Step(string, string)     {}
func (unheard) Case(cases.Result) error { return nil }
