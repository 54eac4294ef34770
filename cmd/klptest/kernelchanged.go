// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/klptest/klptest/internal/blame"
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
	in, err := a.openPatch(ctx, patch)
	if err != nil {
		return err
	}
	defer in.Close()
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

func (a *app) openPatch(ctx context.Context, path string) (io.ReadCloser, error) {
	if path == standardInput {
		return io.NopCloser(a.input(ctx, "the patch")), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, blame.Userf("%w", err)
	}
	return f, nil
}

// quickestFirst are the cases of a run that have told what they have run.
func quickestFirst(d report.Document) (list []touched.Case) {
	outcomes := slices.SortedStableFunc(slices.Values(d.Outcomes), func(a, b report.Outcome) int { return cmp.Compare(a.Duration, b.Duration) })
	for _, o := range outcomes {
		if o.Ran != nil {
			list = append(list, touched.Case{Name: o.Name, Ran: o.Ran})
		}
	}
	return list
}
