// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/touched"
)

// whatChanges tells which cases of a run with --gcov run what a patch changes, or with
// names only their names.
func (a *app) whatChanges(ctx context.Context, dir, patch string, names bool) error {
	d, err := counting(dir)
	if err != nil {
		return err
	}
	in, done, err := a.open(ctx, patch, "the patch")
	if err != nil {
		return err
	}
	defer done()
	cases := quickestFirst(d)
	r, err := touched.Of(in, d.Coverage, cases)
	if err != nil {
		return err
	}
	if !names {
		return r.Write(a.out)
	}
	for _, name := range r.Cases(cases) {
		fmt.Fprintln(a.out, printable.Line(name))
	}
	return nil
}

// quickestFirst are the cases of a run that have told what they have run.
func quickestFirst(d report.Document) (list []touched.Case) {
	told := telling(d)
	slices.SortStableFunc(told, func(a, b report.Outcome) int { return cmp.Compare(a.Duration, b.Duration) })
	for _, o := range told {
		list = append(list, touched.Case{Name: o.Name, Ran: o.Ran})
	}
	return list
}
