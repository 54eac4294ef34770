// SPDX-License-Identifier: Apache-2.0

package saved

import (
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/subsequence"
)

// entry is a line of a log as a transcript shows it.
type entry struct {
	text string
	raw  []string // its records: one, or those of a splat
	own  bool     // a line of livepatch or of a module of the case
	fold bool     // a splat or a stack
}

// entriesOf folds records.
func entriesOf(records, modules []string) (list []entry) {
	records = slices.DeleteFunc(slices.Clone(records), klog.Ignored)
	own := klog.OwnNames(modules)
	folded := klog.FoldLines(records, modules)
	for i, f := range folded {
		to := len(records)
		if i+1 < len(folded) {
			to = folded[i+1].At
		}
		e := entry{text: f.Fold, raw: records[f.At:to], fold: f.Fold != "", own: f.Fold == "" && klog.IsOwn(records[f.At], own)}
		if e.text == "" {
			e.text = klog.LogLine(records[f.At])
		}
		list = append(list, e)
	}
	return list
}

// line is an expected line of the log.
type line struct {
	text string
	step int
}

func expectedLog(steps []casefile.Step) (list []line) {
	for i, s := range steps {
		for _, e := range s.Expect {
			if e.Kind == casefile.Log {
				list = append(list, line{e.Text, i})
			}
		}
	}
	return list
}

// concerning returns the entries that say something about a case, and the number of the
// others, which other parts of the kernel logged in the meantime.
func concerning(list []entry, want []line) (mine []entry, others int) {
	for _, e := range list {
		if e.own || e.fold || slices.ContainsFunc(want, func(l line) bool { return l.text == e.text }) {
			mine = append(mine, e)
		} else {
			others++
		}
	}
	return mine, others
}

// align assigns each entry to the command that most likely caused it. Between two
// expected entries, unexpected ones take the places of missing ones.
func align(list []entry, want []line, steps int) []answer {
	answers := make([]answer, steps)
	var a, b []string
	for _, l := range want {
		a = append(a, l.text)
	}
	for _, e := range list {
		b = append(b, e.text)
	}
	i, j, step := 0, 0, 0
	for _, m := range append(subsequence.Common(a, b), subsequence.Match{Old: len(a), New: len(b)}) {
		for ; j < m.New; j++ {
			if i < m.Old {
				step = want[i].step
				i++
			}
			answers[step].records = append(answers[step].records, list[j].raw...)
		}
		if m.Old < len(a) {
			step = want[m.Old].step
			answers[step].records = append(answers[step].records, list[j].raw...)
		}
		i, j = m.Old+1, m.New+1
	}
	return answers
}
