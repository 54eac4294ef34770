// SPDX-License-Identifier: Apache-2.0

package compare

import (
	"path"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/report"
)

// State sums up all results of a test on one side.
type State string

// The states. An expected failure is a pass, as it is for a run.
const (
	Passing State = "passes"
	Failing State = "fails"
	Flaky   State = "is flaky" // has failed and passed
	Error   State = "is an error"
	Skipped State = "is skipped"
	NotRun  State = "was not run"
	Absent  State = "is not there"
)

// judged reports whether the state says something about the kernel.
func (s State) judged() bool { return s == Passing || s == Failing || s == Flaky }

// ran reports whether the test began at all.
func (s State) ran() bool { return s != NotRun && s != Absent }

// side holds the results of a test on one side.
type side struct {
	name, file                      string
	shown                           string // the file if the name is not unique
	passed, failed, errors, skipped int
	last                            judge.Result // the last failure, or else the last error
}

func (s *side) add(r judge.Result) {
	switch r.Verdict {
	case judge.Pass, judge.XFail, judge.XPass:
		s.passed++
	case judge.Skip:
		s.skipped++
	case judge.Fail:
		s.failed += max(1, r.Confirmation.Failed)
		s.passed += max(0, r.Confirmation.Runs-r.Confirmation.Failed)
		s.last = r
	default:
		if s.errors++; s.failed == 0 {
			s.last = r
		}
	}
}

func (s *side) state() State {
	switch {
	case s == nil:
		return Absent
	case s.failed > 0 && s.passed > 0:
		return Flaky
	case s.failed > 0:
		return Failing
	case s.passed > 0:
		return Passing
	case s.errors > 0:
		return Error
	case s.skipped > 0:
		return Skipped
	}
	return NotRun
}

// often returns how often the test has failed, and in how many runs.
func (s *side) often() (failed, runs int) {
	if s == nil {
		return 0, 0
	}
	return s.failed, s.failed + s.passed
}

func (s *side) why() string {
	if s == nil {
		return ""
	}
	return s.last.Headline()
}

// sides holds the tests of one side on one kernel, by key.
type sides map[string]*side

// several returns the names that stand for several files on one side.
func several(docs []report.Document) map[string]bool {
	files, more := map[string]string{}, map[string]bool{}
	for _, d := range docs {
		for _, o := range d.Outcomes {
			if file, ok := files[o.Name]; ok && file != o.File {
				more[o.Name] = true
			}
			files[o.Name] = o.File
		}
	}
	return more
}

// sidesOf collects the results of the tests in documents. A test is identified by
// its name, and also by its file if the name is not unique.
func sidesOf(docs []report.Document, ambiguous map[string]bool) sides {
	all := sides{}
	for _, d := range docs {
		for _, o := range d.Outcomes {
			all.at(o.Name, o.File, ambiguous).add(o.Result)
		}
		for _, word := range d.NotRun() {
			all.at(nameOf(word), word, ambiguous)
		}
	}
	return all
}

// at returns the side of a test, which it adds if there is none.
func (all sides) at(name, file string, ambiguous map[string]bool) *side {
	key, shown := name, name
	if ambiguous[name] {
		key, shown = name+"\x00"+file, file
	}
	if all[key] == nil {
		all[key] = &side{name: name, file: file, shown: shown}
	}
	return all[key]
}

// nameOf returns the name of the test that a word refers to.
func nameOf(word string) string { return strings.TrimSuffix(path.Base(word), ".txtar") }
