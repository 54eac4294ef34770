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

// counted has the results of a run with --gcov, which tell which cases run the lines
// that a patch changes.
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

// changedBy reports the lines that a patch changes, and the cases that run them.
func (c counted) changedBy(patch io.Reader) (touched.Report, error) {
	return touched.Of(patch, c.Coverage, c.cases)
}

// quickestFirst returns the cases of a run that have coverage, the quickest first.
func quickestFirst(d report.Document) (list []touched.Case) {
	told := telling(d)
	slices.SortStableFunc(told, func(a, b report.Outcome) int { return cmp.Compare(a.Duration, b.Duration) })
	for _, o := range told {
		list = append(list, touched.Case{Name: o.Name, Ran: o.Ran})
	}
	return list
}

// foremost moves the cases with those names to the front, in the order of the names.
// The other cases keep their order.
func foremost(list []*casefile.Case, names []string) []*casefile.Case {
	place := map[string]int{}
	for i, name := range names {
		place[name] = i - len(names)
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *casefile.Case) int { return cmp.Compare(place[a.Name], place[b.Name]) })
	return list
}

// changedFirst moves the cases that run lines changed by the patch of --changed to the
// front, and prints what is changed. A report in a format for programs stands alone on
// standard output.
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

// patchesFirst is changedFirst for the patches of a series. The counted source may lack
// what an earlier patch adds: then it is unknown which cases run what a patch changes,
// and their order stays.
type patchesFirst struct {
	counted
	list  []*casefile.Case
	notes []string // on the base, and on each patch that was applied
	tell  io.Writer
}

// patchesFirst reads the results; without a directory, cases are never reordered.
func (a *app) patchesFirst(dir string, list []*casefile.Case) (*patchesFirst, error) {
	f := &patchesFirst{list: list, notes: []string{""}, tell: a.err}
	if dir == "" {
		return f, nil
	}
	var err error
	f.counted, err = readCounted(dir)
	return f, err
}

// annotate adds the notes on the patches to the steps of a series.
func (f *patchesFirst) annotate(steps []series.Step) {
	for i := range min(len(steps), len(f.notes)) {
		steps[i].Note = f.notes[i]
	}
}

// before returns the cases in the order for a patch, and prints what it changes.
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
