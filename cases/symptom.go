// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/splat"
)

// Symptom is what a report says that a broken kernel does. The case's
// transcript is what a healthy one does.
type Symptom struct {
	Kind  string // of a fold, or one of the words below
	Where string // the function of a splat; a line of the log
}

// The symptoms that are no splat.
const (
	symptomRefusal = "refusal" // a command fails that should not
	symptomMissing = "missing" // a line of the log, which Where is
	symptomExtra   = "extra"   // one that should not be there
)

var symptomWords = []string{symptomRefusal, symptomMissing, symptomExtra}

func (s Symptom) String() string { return strings.TrimSpace(s.Kind + " " + s.Where) }

func (c *Case) setSymptom(value string) error {
	kind, where, _ := strings.Cut(value, " ")
	s := Symptom{kind, strings.TrimSpace(where)}
	isLine := s.Kind == symptomMissing || s.Kind == symptomExtra
	switch {
	case slices.Contains(folds, splat.Kind(kind)) && kind != string(stackFold), s.Kind == symptomRefusal && s.Where == "", isLine && s.Where != "":
		c.Symptom = &s
		return nil
	case isLine:
		return fmt.Errorf("%s is followed by the line of the log", s.Kind)
	}
	known := slices.Clone(symptomWords)
	for _, k := range folds {
		if k != stackFold {
			known = append(known, string(k))
		}
	}
	return fmt.Errorf("%q is no symptom%s; they are %s, with a function or a line behind", value, didYouMean(kind, known), strings.Join(known, ", "))
}

// Reported tells how a failure stands to the symptom that a case's header
// names.
type Reported string

// The values of Reported; empty where no symptom is named.
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

// stampedLine is a line of a console, whose front is dropped.
var stampedLine = regexp.MustCompile(`^(?:<\d+>)?\[ *\d+\.\d+\](?: ?\[ *[TC]\d+\])? ?`)

// reportedBy is reported of a run that ended early, as by a crash: what the
// console shows counts as well.
func (c *Case) reportedBy(res Result, f Finding) Reported {
	if c.Symptom == nil || res.Verdict != Fail {
		return ""
	}
	var lines []string
	for line := range strings.Lines(res.Tail) {
		lines = append(lines, stampedLine.ReplaceAllString(strings.TrimRight(line, "\r\n"), ""))
	}
	for _, l := range FoldLines(lines, c.Modules()) {
		if l.Splat && c.Symptom.fits(l.Fold) {
			return AsReported
		}
	}
	if slices.ContainsFunc(f.splats, func(reason string) bool {
		fold, _, _ := strings.Cut(strings.TrimPrefix(reason, "unexpected "), ":")
		return c.Symptom.fits(foldMark + fold)
	}) || c.Symptom.Kind == string(splat.Stall) && len(f.stall) > 0 {
		return AsReported
	}
	return NotAsReported
}

func (j *judgement) shows(s Symptom, f Finding) bool {
	switch s.Kind {
	case symptomMissing:
		return j.lines(expected(j.steps))[s.line()] > j.count(s.line())
	case symptomExtra:
		return j.lines(expected(j.steps))[s.line()] < j.count(s.line())
	case symptomRefusal:
		return j.refused()
	case string(splat.Stall):
		if len(f.stall) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(j.unexpected, func(e entry) bool { return s.fits(e.fold) })
}

// fits compares a symptom with a fold. A place that is not told, on either
// side, is no difference.
func (s Symptom) fits(fold string) bool {
	kind, where, _ := strings.Cut(strings.TrimPrefix(fold, foldMark), " ")
	if s.Kind == string(unknown) {
		return where == "" || s.Where == "" || s.Where == where
	}
	return kind == s.Kind && (where == "" || s.Where == "" || where == s.Where)
}

// line is the line of a symptom as a transcript shows it.
func (s Symptom) line() string { return wording(logLine(s.Where)) }

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

// refused tells whether a command failed that the case expects to succeed.
func (j *judgement) refused() bool {
	for i, s := range j.steps {
		if len(j.observedLines(i, Errno)) > 0 && !slices.ContainsFunc(s.Expect, func(e Expected) bool { return e.Kind == Errno }) {
			return true
		}
	}
	return false
}
