// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// kind is the kind of a section, and its title.
type kind string

const (
	reason       kind = "reason"
	howOften     kind = "failed"
	otherReason  kind = "other reason"  // the reason of another run
	unjudged     kind = "unjudged run"  // why a run could not be judged
	discardedRun kind = "discarded run" // why a run does not count
	advice       kind = "advice"
	diff         kind = "diff"
	logTail      kind = "log tail"
	fullLog      kind = "full log"
	early        kind = "the run ended early"
	unexpected   kind = "unexpected pass" // the expected failure of a case that passed
)

// Kind and Lines are for templates.
func (s section) Kind() kind { return s.kind }

func (s section) Lines() []string { return s.lines }

// section is one part of the description of a result.
type section struct {
	kind  kind
	lines []string // escaped; at least one
}

// describe returns the description of a result in the order in which people read
// it: what happened, what to do, further reasons, the evidence, where to find more.
func describe(r judge.Result) []section {
	var all []section
	add := func(k kind, text string) {
		if l := printable.Lines(text); len(l) > 0 {
			all = append(all, section{k, l})
		}
	}
	first, rest := headline(r)
	add(reason, printable.Line(first))
	add(howOften, r.Confirmation.String())
	add(advice, r.Advice)
	for _, text := range rest {
		add(reason, printable.Line(text))
	}
	for _, text := range r.Confirmation.Otherwise {
		add(otherReason, printable.Line(text))
	}
	for _, text := range r.Confirmation.Unjudged {
		add(unjudged, printable.Line(text))
	}
	for _, d := range r.Discarded {
		add(discardedRun, discarded(d))
	}
	add(diff, r.Diff)
	add(logTail, r.Tail)
	add(fullLog, r.Log)
	return all
}

// discarded is an attempt that does not count, on one line.
func discarded(d judge.Discarded) string {
	text := printable.Line(d.Reason)
	if d.Shared {
		text = "on a guest that had served other cases: " + text
	}
	if d.Log != "" {
		text += "; full log: " + printable.Line(d.Log)
	}
	return text
}

// headline splits the reasons of a result into the first and the others.
func headline(r judge.Result) (first string, rest []string) {
	if len(r.Reasons) == 0 {
		return "", nil
	}
	return r.Reasons[0], r.Reasons[1:]
}

// wantsDetail reports whether a result needs explaining.
func wantsDetail(r judge.Result) bool {
	return bad(known(r.Verdict)) || len(r.Discarded) > 0
}

// skipReason is the reason why a case was skipped, on one line.
func skipReason(r judge.Result) string { return printable.Line(strings.Join(r.Reasons, "; ")) }
