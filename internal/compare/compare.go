// SPDX-License-Identifier: Apache-2.0

package compare

import (
	"cmp"
	"maps"
	"slices"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/report"
)

// Change says how a test has changed.
type Change string

// The changes, in the order in which they matter.
const (
	NewlyFailing Change = "newly failing" // it fails, and has not failed before
	StillFailing Change = "still failing"
	Unsteady     Change = "flaky" // on one of the two sides, or on both
	Fixed        Change = "fixed"
	Gone         Change = "gone" // there is no verdict on it any more
	New          Change = "new"  // there was no verdict before, and it passes
	Unchanged    Change = "unchanged"
)

// Changes are all changes but Unchanged, in their order.
var Changes = []Change{NewlyFailing, StillFailing, Unsteady, Fixed, Gone, New}

// Entry is a test on a kernel.
type Entry struct {
	Test, File string
	Shown      string // the test's name for people: its file if the name is not unique
	OldOn      string // the kernel, as [report.Provenance.On] has it; empty: there was none
	On         string // the present one; empty: there is none
	Change     Change
	Old, New   State
	OldReason  string // the headline of the failure, if there was one
	Reason     string // of the present failure
	SameReason bool   // of a test that still fails

	OldFailed, OldRuns int // runs that failed, and those that gave a verdict
	Failed, Runs       int
}

// Comparison is what has changed.
type Comparison struct {
	Entries    []Entry // those that have changed, or fail; by change, kernel and test
	Counts     map[Change]int
	Incomplete []Incomplete // in the order of the present runs
}

// Compare compares two sets of runs, which are already merged. Several runs on one
// kernel are several observations of its tests: a test that failed and passed is
// flaky. Kernels are matched by the name they were requested by, so that today's
// debian:6.12 is compared with yesterday's. If each side has only one kernel, the
// two match whatever their names.
func Compare(old, present []report.Document) Comparison {
	c := Comparison{Counts: map[Change]int{}, Incomplete: incomplete(present)}
	for _, p := range pairs(old, present) {
		ambiguous := several(p.old)
		maps.Copy(ambiguous, several(p.present))
		before, now := sidesOf(p.old, ambiguous), sidesOf(p.present, ambiguous)
		for _, key := range keys(before, now) {
			e := entry(before[key], now[key])
			if !e.Old.ran() && !e.New.ran() {
				continue
			}
			e.OldOn, e.On = on(p.old), on(p.present)
			c.Counts[e.Change]++
			if e.Change != Unchanged {
				c.Entries = append(c.Entries, e)
			}
		}
	}
	slices.SortStableFunc(c.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(slices.Index(Changes, a.Change), slices.Index(Changes, b.Change)), cmp.Compare(a.On, b.On), cmp.Compare(a.Test, b.Test), cmp.Compare(a.File, b.File))
	})
	return c
}

func keys(a, b sides) []string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

// entry compares the two sides of a test; one of them may be nil.
func entry(old, present *side) Entry {
	e := Entry{Old: old.state(), New: present.state(), OldReason: old.why(), Reason: present.why()}
	e.OldFailed, e.OldRuns = old.often()
	e.Failed, e.Runs = present.often()
	named := cmp.Or(present, old)
	e.Test, e.File, e.Shown = named.name, named.file, named.shown
	e.Change = change(e.Old, e.New)
	e.SameReason = e.Change == StillFailing && judge.SameReason(old.last, present.last)
	return e
}

func change(old, present State) Change {
	switch {
	case !old.judged() && !present.judged():
		return Unchanged
	case !present.judged():
		return Gone
	case present == Flaky || old == Flaky:
		return Unsteady
	case present == Failing && old == Failing:
		return StillFailing
	case present == Failing:
		return NewlyFailing
	case old == Failing:
		return Fixed
	case !old.judged():
		return New
	}
	return Unchanged
}

// pair holds the runs of the two sides that are compared with each other.
type pair struct{ old, present []report.Document }

// kernel is the key by which runs are matched.
type kernel struct{ name, label string }

func kernelOf(d report.Document) kernel { return kernel{cmp.Or(d.Spec, d.Kernel), d.Label} }

// pairs matches the runs, in the order of the present ones.
func pairs(old, present []report.Document) (list []*pair) {
	if one(old) && one(present) {
		return []*pair{{old, present}}
	}
	byKernel := map[kernel]*pair{}
	at := func(d report.Document) *pair {
		k := kernelOf(d)
		if byKernel[k] == nil {
			byKernel[k] = &pair{}
			list = append(list, byKernel[k])
		}
		return byKernel[k]
	}
	for _, d := range present {
		p := at(d)
		p.present = append(p.present, d)
	}
	for _, d := range old {
		p := at(d)
		p.old = append(p.old, d)
	}
	return list
}

// one reports whether all runs are on one kernel.
func one(docs []report.Document) bool {
	return len(docs) > 0 && !slices.ContainsFunc(docs, func(d report.Document) bool { return kernelOf(d) != kernelOf(docs[0]) })
}

// on names the kernel of the last run.
func on(docs []report.Document) string {
	if len(docs) == 0 {
		return ""
	}
	return docs[len(docs)-1].On()
}
