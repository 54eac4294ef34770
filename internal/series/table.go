// SPDX-License-Identifier: Apache-2.0

package series

import (
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
)

// table has a row for each kernel, and a column for each case that does
// not pass on each of them. The other cases are only counted.
type table struct {
	steps   []Step
	changes []map[judge.ID]Change
	names   judge.Naming
	columns []judge.ID // cases that do not pass on some kernel
	alike   int        // cases that pass on all kernels
}

func newTable(steps []Step) table {
	t := table{steps: steps, changes: Changes(steps), names: Names(steps)}
	if len(steps) == 0 {
		return t
	}
	for _, id := range cases(steps) {
		if t.passes(id) {
			t.alike++
		} else {
			t.columns = append(t.columns, id)
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
	for _, s := range t.steps {
		if v, ok := verdicts(s)[id]; ok && v != judge.Pass {
			return false
		}
	}
	return true
}

// cell is the verdict of a case on a kernel, how often it occurred, and whether the
// patch breaks or fixes the case.
func (t table) cell(i int, id judge.ID) string {
	r, ran := decisive(t.steps[i])[id]
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
	if r := decisive(t.steps[i])[id]; r.Verdict == judge.Error && len(r.Reasons) > 0 {
		return r.Reasons[0]
	}
	return ""
}

// label numbers a step.
func (t table) label(i int) string {
	if i == 0 {
		return t.steps[0].Name
	}
	return fmt.Sprintf("%d/%d %s", i, len(t.steps)-1, t.steps[i].Name)
}

// summary is the effect of a patch, in one line.
func (t table) summary(i int) string {
	if f := t.steps[i].Fault; f != None {
		return string(f)
	}
	if i == 0 {
		return count(t.steps[0])
	}
	var parts []string
	for _, c := range []Change{Breaks, Fixes} {
		var hit []string
		for _, id := range t.columns {
			if t.changes[i-1][id] == c {
				hit = append(hit, t.names.Of(id))
			}
		}
		if len(hit) > 0 {
			parts = append(parts, string(c)+" "+strings.Join(hit, ", "))
		}
	}
	if len(parts) == 0 {
		return "leaves all as it was: " + count(t.steps[i])
	}
	return strings.Join(parts, "; ")
}

func count(s Step) string {
	n := map[judge.Verdict]int{}
	for _, r := range s.Results {
		n[r.Verdict]++
	}
	text := fmt.Sprintf("%d passed", n[judge.Pass])
	for _, v := range []struct {
		verdict judge.Verdict
		word    string
	}{{judge.Fail, "failed"}, {judge.Error, "errors"}, {judge.Skip, "skipped"}} {
		if n[v.verdict] > 0 {
			text += fmt.Sprintf(", %d %s", n[v.verdict], v.word)
		}
	}
	return text
}

// alikeLine tells how many cases have no row or column, or is empty.
func (t table) alikeLine() string {
	switch t.alike {
	case 0:
		return ""
	case 1:
		return "1 case passes on every kernel that was run"
	}
	return fmt.Sprintf("%d cases pass on every kernel that was run", t.alike)
}
