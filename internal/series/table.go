// SPDX-License-Identifier: Apache-2.0

package series

import (
	"fmt"
	"slices"

	"github.com/klptest/klptest/cases/judge"
)

// table has a row for each kernel, and a column for each case that does
// not pass on each of them. The other cases are only counted.
type table struct {
	steps   []Step
	patches int                         // of the series, which may have ended early
	results []map[judge.ID]judge.Result // the decisive ones of each step
	changes []map[judge.ID]Change
	names   judge.Naming
	lacking [][]judge.ID // see unjudged
	columns []judge.ID   // cases that do not pass on some kernel
	alike   int          // cases that pass on all kernels
	partly  int          // cases that pass, but were not run on all kernels
}

func newTable(steps []Step, patches int) table {
	t := table{steps: steps, patches: patches, changes: Changes(steps), names: Names(steps), lacking: unjudged(steps)}
	for _, s := range steps {
		t.results = append(t.results, decisive(s))
	}
	for _, id := range cases(steps) {
		switch {
		case !t.passes(id):
			t.columns = append(t.columns, id)
		case slices.ContainsFunc(t.lacking, func(list []judge.ID) bool { return slices.Contains(list, id) }):
			t.partly++
		default:
			t.alike++
		}
	}
	return t
}

// Names tells the cases of a series apart.
func Names(steps []Step) judge.Naming {
	names := judge.Naming{}
	for _, id := range cases(steps) {
		names.Add(id)
	}
	return names
}

// cases returns the cases in order.
func cases(steps []Step) (list []judge.ID) {
	for _, s := range steps {
		for _, r := range s.Results {
			if !slices.Contains(list, r.ID()) {
				list = append(list, r.ID())
			}
		}
	}
	return list
}

func (t table) passes(id judge.ID) bool {
	for _, results := range t.results {
		if r, ok := results[id]; ok && r.Verdict != judge.Pass {
			return false
		}
	}
	return true
}

// cell is the verdict of a case on a kernel, how often it occurred, and whether the
// patch breaks or fixes the case.
func (t table) cell(i int, id judge.ID) string {
	r, ran := t.results[i][id]
	if !ran {
		return "-"
	}
	text := string(r.Verdict)
	if often := r.Confirmation.String(); often != "" {
		text += " " + often
	}
	if i > 0 && (t.changes[i-1][id] == Breaks || t.changes[i-1][id] == Fixes) {
		text += " (" + string(t.changes[i-1][id]) + ")"
	}
	return text
}

// trouble is the reason for a case's ERROR on a kernel, or empty.
func (t table) trouble(i int, id judge.ID) string {
	if r := t.results[i][id]; r.Verdict == judge.Error && len(r.Reasons) > 0 {
		return r.Reasons[0]
	}
	return ""
}

// label numbers a step.
func (t table) label(i int) string {
	if i == 0 {
		return t.steps[0].Name
	}
	return fmt.Sprintf("%d/%d %s", i, t.patches, t.steps[i].Name)
}
