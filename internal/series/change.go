// SPDX-License-Identifier: Apache-2.0

package series

import (
	"errors"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
)

// detail is an error with the lines that show its cause.
func detail(err error) string {
	text := err.Error()
	var e *blame.Error
	if errors.As(err, &e) && e.Tail != "" {
		text += "\n" + strings.TrimRight(e.Tail, "\n")
	}
	return text
}

// Change is what a patch does to a case.
type Change string

// The changes. Unknown means that a case was not judged before or after a patch: a
// patch breaks only cases that passed before.
const (
	Leaves  Change = "leaves"
	Fixes   Change = "fixes"
	Breaks  Change = "breaks"
	Unknown Change = "unknown"
)

// Changes returns, for each step but the base, the effect of its patch on each
// case. Each result is compared with that of the last kernel on which the case was
// judged. So the effects of a patch that does not build appear at the patch that
// fixes the build.
func Changes(steps []Step) []map[judge.ID]Change {
	var list []map[judge.ID]Change
	before := map[judge.ID]judge.Verdict{}
	for i, s := range steps {
		now := verdicts(s)
		if i > 0 {
			list = append(list, changes(before, now))
		}
		for id, v := range now {
			if judged(v) {
				before[id] = v
			}
		}
	}
	return list
}

// worst orders the verdicts: a case that is named twice has several results on a
// kernel, and the first of these verdicts that one of them has counts.
var worst = []judge.Verdict{judge.Fail, judge.Error, judge.Pass, judge.Skip}

// decisive returns the result of each case that counts.
func decisive(s Step) map[judge.ID]judge.Result {
	found := map[judge.ID]judge.Result{}
	for _, r := range s.Results {
		old, again := found[r.ID()]
		if !again || slices.Index(worst, r.Verdict) < slices.Index(worst, old.Verdict) {
			found[r.ID()] = r
		}
	}
	return found
}

func verdicts(s Step) map[judge.ID]judge.Verdict {
	found := map[judge.ID]judge.Verdict{}
	for id, r := range decisive(s) {
		found[id] = r.Verdict
	}
	return found
}

func changes(before, now map[judge.ID]judge.Verdict) map[judge.ID]Change {
	found := map[judge.ID]Change{}
	for id, v := range now {
		switch was := before[id]; {
		case was == judge.Pass && v == judge.Fail:
			found[id] = Breaks
		case was == judge.Fail && v == judge.Pass:
			found[id] = Fixes
		case was == v:
			found[id] = Leaves
		default:
			found[id] = Unknown
		}
	}
	return found
}

// Guilty reports whether any patch has a fault or breaks a case.
func Guilty(steps []Step) bool {
	for i, found := range Changes(steps) {
		if steps[i+1].Fault != None {
			return true
		}
		for _, c := range found {
			if c == Breaks {
				return true
			}
		}
	}
	return false
}
