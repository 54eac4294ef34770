// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// Flake is a test that has both failed and passed on one kernel.
type Flake struct {
	Test    string // its name
	On      string // the kernel, as [Provenance.On] has it
	Failed  int    // runs that failed, those that confirm included
	Runs    int    // that could be judged
	Results int    // of the test in the documents
}

// Flakes are the tests that are not deterministic, over all the documents, in the
// order of their first results. A failure that was expected is one.
func Flakes(docs []Document) (list []Flake) {
	type key struct{ kernel, label, name, file string }
	index := map[key]int{}
	var all []Flake
	for _, d := range docs {
		for _, o := range d.Outcomes {
			k := key{d.Kernel, d.Label, o.Name, o.File}
			i, ok := index[k]
			if !ok {
				i = len(all)
				index[k], all = i, append(all, Flake{Test: o.Name, On: d.On()})
			}
			all[i].add(o.Result)
		}
	}
	return slices.DeleteFunc(all, func(f Flake) bool { return f.Failed == 0 || f.Failed == f.Runs })
}

func (f *Flake) add(r judge.Result) {
	f.Results++
	switch r.Verdict {
	case judge.Pass, judge.XPass:
		f.Runs++
	case judge.Fail, judge.XFail:
		f.Runs += max(1, r.Confirmation.Runs)
		f.Failed += max(1, r.Confirmation.Failed)
	}
}

// How says how often the test has failed.
func (f Flake) How() string { return fmt.Sprintf("%d of %d", f.Failed, f.Runs) }

// FlakeLines lists the tests that have several results which differ. What one
// result says of itself is not said again.
func FlakeLines(docs []Document) string {
	var b strings.Builder
	for _, f := range Flakes(docs) {
		if f.Results > 1 {
			fmt.Fprintf(&b, "flaky   %-32s  failed in %s runs on %s\n", printable.Line(f.Test), f.How(), f.On)
		}
	}
	return b.String()
}

// Slowest are the outcomes that took longest, the slowest first, at most n.
func Slowest(list []Outcome, n int) []Outcome {
	sorted := slices.DeleteFunc(slices.Clone(list), func(o Outcome) bool { return o.Duration <= 0 })
	slices.SortStableFunc(sorted, func(a, b Outcome) int { return cmp.Compare(b.Duration, a.Duration) })
	return sorted[:min(n, len(sorted))]
}

func slowestLines(list []Outcome, n int) string {
	var b strings.Builder
	for _, o := range Slowest(list, n) {
		fmt.Fprintf(&b, "slow    %-32s%7s\n", printable.Line(o.Name), seconds(o.Duration))
	}
	return b.String()
}
