// SPDX-License-Identifier: Apache-2.0

package series

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// Summary is the effect of the last patch so far, in one line.
func Summary(steps []Step) string { return newTable(steps, 0).summary(len(steps) - 1) }

// summary is the effect of a patch, in one line.
func (t table) summary(i int) string {
	if f := t.steps[i].Fault; f != None {
		return string(f)
	}
	if i == 0 {
		return t.count(i)
	}
	effects, limits := t.effects(i), t.limits(i)
	if effects == nil {
		return cmp.Or(strings.Join(limits, "; "), "leaves all as it was") + ": " + t.count(i)
	}
	return strings.Join(append(effects, limits...), "; ")
}

// effects tell what a patch breaks and fixes.
func (t table) effects(i int) (parts []string) {
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
	return parts
}

// limits tell how many cases say nothing about a patch: those without a verdict, and
// those with nothing to compare it with.
func (t table) limits(i int) (parts []string) {
	first := 0
	for id, r := range t.results[i] {
		if judged(r.Verdict) && t.changes[i-1][id] == Unknown {
			first++
		}
	}
	return append(counted(len(t.lacking[i]), "case has no verdict", "cases have no verdict"),
		counted(first, "case has no earlier verdict", "cases have no earlier verdict")...)
}

// counted is a number with its noun, or nothing for none.
func counted(n int, one, many string) []string {
	if n == 0 {
		return nil
	}
	return []string{printable.Count(n, one, many)}
}

// notRun counts with the verdicts.
const notRun judge.Verdict = ""

func (t table) count(i int) string {
	n := map[judge.Verdict]int{}
	for _, r := range t.steps[i].Results {
		n[r.Verdict]++
	}
	for _, id := range t.lacking[i] {
		if _, ran := t.results[i][id]; !ran {
			n[notRun]++
		}
	}
	text := fmt.Sprintf("%d passed", n[judge.Pass])
	for _, v := range []struct {
		verdict judge.Verdict
		word    string
	}{{judge.Fail, "failed"}, {judge.Error, "errors"}, {judge.Skip, "skipped"}, {notRun, "not run"}} {
		if n[v.verdict] > 0 {
			text += fmt.Sprintf(", %d %s", n[v.verdict], v.word)
		}
	}
	return text
}

// alikeLines tell how many cases have no row or column.
func (t table) alikeLines() []string {
	return append(counted(t.alike, "case passes on every kernel that was run", "cases pass on every kernel that was run"),
		counted(t.partly, "case passes, but was not run on every kernel", "cases pass, but were not run on every kernel")...)
}
