// SPDX-License-Identifier: Apache-2.0

package series

import (
	"errors"
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
func Changes(steps []Step) []map[string]Change {
	var list []map[string]Change
	before := map[string]judge.Verdict{}
	for i, s := range steps {
		now := verdicts(s)
		if i > 0 {
			list = append(list, changes(before, now))
		}
		for name, v := range now {
			if v == judge.Pass || v == judge.Fail {
				before[name] = v
			}
		}
	}
	return list
}

func verdicts(s Step) map[string]judge.Verdict {
	found := map[string]judge.Verdict{}
	for _, r := range s.Results {
		found[r.Name] = r.Verdict
	}
	return found
}

func changes(before, now map[string]judge.Verdict) map[string]Change {
	found := map[string]Change{}
	for name, v := range now {
		switch was := before[name]; {
		case was == judge.Pass && v == judge.Fail:
			found[name] = Breaks
		case was == judge.Fail && v == judge.Pass:
			found[name] = Fixes
		case was == v:
			found[name] = Leaves
		default:
			found[name] = Unknown
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
