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
	On      string // the kernel, as in [Provenance.On]
	Failed  int    // runs that failed, including confirmation runs
	Runs    int    // runs that could be judged
	Results int    // results of the test in the documents
}

// Flakes returns the nondeterministic tests of all documents, in the order of their
// first results. An expected failure counts as a failure.
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

// How tells how often the test has failed.
func (f Flake) How() string { return fmt.Sprintf("%d of %d", f.Failed, f.Runs) }

// FlakeLines lists the tests with several results that differ. Flakiness within a
// single result is already reported there.
func FlakeLines(docs []Document) string {
	var b strings.Builder
	for _, f := range Flakes(docs) {
		if f.Results > 1 {
			fmt.Fprintf(&b, "flaky   %-32s  failed in %s runs on %s\n", printable.Line(f.Test), f.How(), f.On)
		}
	}
	return b.String()
}

// Slowest returns the at most n slowest outcomes, the slowest first.
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
