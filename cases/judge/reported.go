// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/splat"
)

// Reported says whether a failure is the symptom in the case's header.
type Reported string

// The values of Reported; empty when no symptom is named.
const (
	AsReported    Reported = "as reported"
	NotAsReported Reported = "not the reported symptom"
)

// reported compares a failure with the symptom.
func (j *judgement) reported(f Finding) Reported {
	switch {
	case j.c.Symptom == nil || f.Verdict != Fail:
		return ""
	case j.shows(*j.c.Symptom, f):
		return AsReported
	}
	return NotAsReported
}

// reportedBy is reported for a run that ended early, such as by a crash. It also gets the
// splats on the console.
func reportedBy(c *casefile.Case, res Result, f Finding, console []klog.Entry) Reported {
	if c.Symptom == nil || res.Verdict != Fail {
		return ""
	}
	if slices.ContainsFunc(slices.Concat(f.unexpected, console), func(e klog.Entry) bool { return fits(*c.Symptom, e.Fold) }) ||
		c.Symptom.Kind == string(splat.Stall) && len(f.stall) > 0 {
		return AsReported
	}
	return NotAsReported
}

func (j *judgement) shows(s casefile.Symptom, f Finding) bool {
	switch s.Kind {
	case casefile.Missing:
		return j.lines(expected(j.steps))[symptomLine(s)] > j.count(symptomLine(s))
	case casefile.Extra:
		return j.lines(expected(j.steps))[symptomLine(s)] < j.count(symptomLine(s))
	case casefile.Refusal:
		return j.refused()
	case string(splat.Stall):
		if len(f.stall) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(j.unexpected, func(e klog.Entry) bool { return fits(s, e.Fold) })
}

// fits compares a symptom with a fold. A place that is unknown on either side
// fits any place.
func fits(s casefile.Symptom, fold string) bool {
	kind, where, _ := strings.Cut(strings.TrimPrefix(fold, klog.FoldPrefix), " ")
	if s.Kind == string(klog.Untitled) {
		return where == "" || s.Where == "" || s.Where == where
	}
	return kind == s.Kind && (where == "" || s.Where == "" || where == s.Where)
}

// symptomLine returns the line of a symptom as a transcript shows it.
func symptomLine(s casefile.Symptom) string { return klog.LogLine(s.Where) }

func (j *judgement) lines(list []shown) map[string]int {
	n := map[string]int{}
	for _, l := range list {
		n[l.text]++
	}
	return n
}

func (j *judgement) count(text string) (n int) {
	for _, l := range j.observed() {
		if l == text {
			n++
		}
	}
	return n
}

// refused reports whether a command failed that the case expects to succeed.
func (j *judgement) refused() bool {
	for i, s := range j.steps {
		if len(j.observedLines(i, casefile.Errno)) > 0 && !slices.ContainsFunc(s.Expect, func(e casefile.Expected) bool { return e.Kind == casefile.Errno }) {
			return true
		}
	}
	return false
}
