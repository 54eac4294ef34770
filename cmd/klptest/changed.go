// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/series"
	"github.com/klptest/klptest/internal/touched"
)

// counted is a run with --gcov, from its results: it tells which cases run what a patch
// changes.
type counted struct {
	report.Document
	cases []touched.Case // the quickest first
}

func readCounted(dir string) (counted, error) {
	d, err := counting(dir)
	if err != nil {
		return counted{}, err
	}
	return counted{d, quickestFirst(d)}, nil
}

// changedBy is what a patch changes.
func (c counted) changedBy(patch io.Reader) (touched.Report, error) {
	return touched.Of(patch, c.Coverage, c.cases)
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

// foremost are the cases with those names, in the order of the names, before the others
// in theirs.
func foremost(list []*casefile.Case, names []string) []*casefile.Case {
	place := map[string]int{}
	for i, name := range names {
		place[name] = i - len(names)
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *casefile.Case) int { return cmp.Compare(place[a.Name], place[b.Name]) })
	return list
}

// changedFirst moves the cases that run what --changed names to the front, and tells what
// is changed. A report that programs read stands alone on standard output.
func (a *app) changedFirst(ctx context.Context, list []*casefile.Case, o runOptions) ([]*casefile.Case, error) {
	if o.changed == "" {
		return list, nil
	}
	c, err := readCounted(o.coverage)
	if err != nil {
		return nil, err
	}
	in, done, err := a.open(ctx, o.changed, "the patch")
	if err != nil {
		return nil, err
	}
	defer done()
	r, err := c.changedBy(in)
	if err != nil {
		return nil, err
	}
	w := a.err
	if o.format == report.HumanFormat {
		w = a.out
	}
	return foremost(list, r.Cases(c.cases)), r.Write(w)
}

// patchesFirst is changedFirst for the patches of a series. The source that was counted
// may lack what an earlier patch brings: then nothing is known of a patch, and its cases
// run as they stand.
type patchesFirst struct {
	counted
	list  []*casefile.Case
	notes []string // of the base, and of each patch that was applied
	tell  io.Writer
}

// patchesFirst reads the results; without a directory, every order stays as it is.
func (a *app) patchesFirst(dir string, list []*casefile.Case) (*patchesFirst, error) {
	f := &patchesFirst{list: list, notes: []string{""}, tell: a.err}
	if dir == "" {
		return f, nil
	}
	var err error
	f.counted, err = readCounted(dir)
	return f, err
}

// annotate adds to the steps of a series what is known of their patches.
func (f *patchesFirst) annotate(steps []series.Step) {
	for i := range min(len(steps), len(f.notes)) {
		steps[i].Note = f.notes[i]
	}
}

// before returns the cases in the order for a patch, and tells what it changes.
func (f *patchesFirst) before(p series.Patch) []*casefile.Case {
	if f.Coverage == nil {
		return f.list
	}
	r, err := f.changedBy(bytes.NewReader(p.Diff))
	if err != nil {
		f.notes = append(f.notes, "which cases run what it changes is not known: "+err.Error())
		return f.list
	}
	var b bytes.Buffer
	_ = r.Write(&b)
	fmt.Fprintf(f.tell, "%s:\n%s", p.Subject, b.String())
	f.notes = append(f.notes, r.Missed())
	return foremost(f.list, r.Cases(f.cases))
}
