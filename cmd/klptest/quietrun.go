// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/doctor"
	"github.com/klptest/klptest/internal/rig"
)

// quietRun runs cases on a kernel, for a command that reports in another way.
func (a *app) quietRun(ctx context.Context, list []*cases.Case, o rig.Options) (results []cases.Result, err error) {
	store, err := openCache()
	if err != nil {
		return nil, err
	}
	o.Notice = a.notice
	if o.Jobs == 0 {
		o.Jobs = sideBySide(o.Memory)
	}
	r, err := rig.New(ctx, store, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return r.Run(ctx, list, unheard{})
}

// sideBySide is how many cases run at once when nobody says; memory is what a
// guest gets, 0 for its default.
func sideBySide(memory int) int {
	return doctor.Here().Guests(cmp.Or(memory, (&images.Kernel{}).Memory()))
}

// unheard is a run that nobody watches.
type unheard struct{}

func (unheard) Start(string)            {}
func (unheard) Step(string, string)     {}
func (unheard) Case(cases.Result) error { return nil }
