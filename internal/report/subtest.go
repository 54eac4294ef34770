// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// asResult returns a part of a test as a separate result.
func asResult(s judge.Subtest) judge.Result {
	r := judge.Result{Name: s.Name, Verdict: s.Verdict, Diff: s.Diff}
	if s.Reason != "" {
		r.Reasons = []string{s.Reason}
	}
	return r
}

// undoubled returns a test without its diff if its parts already have it.
func undoubled(r judge.Result) judge.Result {
	if len(r.Subtests) > 0 {
		r.Diff = ""
	}
	return r
}

// parts returns the lines of a test's parts, below its own.
func (h *Human) parts(list []judge.Subtest) string {
	var b strings.Builder
	for _, s := range list {
		v := known(s.Verdict)
		line := fmt.Sprintf("%s%s %s", indent, h.paint(verdictColor(v), fmt.Sprintf("%-5s", v)), printable.Line(s.Name))
		if s.Reason != "" {
			line += "  " + printable.Line(s.Reason)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// subtests returns the lines of a test's parts as a nested KTAP document, which
// precedes the result of the test.
func subtests(r judge.Result) (out []string) {
	if len(r.Subtests) == 0 {
		return nil
	}
	out = []string{"KTAP version 1", "# Subtest: " + ktapName(r.Name), fmt.Sprintf("1..%d", len(r.Subtests))}
	for i, s := range r.Subtests {
		sub := asResult(s)
		if wantsDetail(sub) {
			out = append(out, diagnostics(describe(sub))...)
		}
		out = append(out, resultLine(i+1, sub))
	}
	for i, line := range out {
		out[i] = "  " + line
	}
	return out
}

// subCases returns a test's parts as JUnit cases.
func subCases(r judge.Result) (list []junitCase) {
	for _, s := range r.Subtests {
		c := newCase(asResult(s))
		c.Name = printable.Line(r.Name + ": " + s.Name)
		list = append(list, c)
	}
	return list
}

// tallyOf counts JUnit cases as a JUnit file does.
func (s *junitSuite) tallyOf(list []junitCase) {
	for _, c := range list {
		s.Tests++
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}

func jsonSubtests(list []judge.Subtest) (escaped []judge.Subtest) {
	for _, s := range list {
		escaped = append(escaped, judge.Subtest{Name: printable.Line(s.Name), Verdict: known(s.Verdict), Reason: printable.Line(s.Reason), Diff: printable.Text(s.Diff)})
	}
	return escaped
}
