// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"regexp"
	"strings"

	"github.com/klptest/klptest/cases/judge"
)

// started matches the start of a test in the output (start_test of functions.sh).
// The result follows on the same line, unless a program has printed something in
// between.
var started = regexp.MustCompile(`^TEST: (.*) \.\.\. ?(.*)$`)

// The results that a test prints (check_result, die and skip of functions.sh).
const (
	saysOK    = "ok"
	saysNotOK = "not ok"
	saysError = "ERROR: "
	saysSkip  = "SKIP: "
)

// parse finds the tests in a script's output.
func parse(output string) (tests []judge.Subtest) {
	var open *openTest
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\r\n")
		if m := started.FindStringSubmatch(line); m != nil {
			tests = open.close(tests)
			open, line = &openTest{Subtest: judge.Subtest{Name: m[1]}}, m[2]
		}
		if open != nil {
			open.line(line)
		}
	}
	return open.close(tests)
}

// openTest is a test whose lines are being read.
type openTest struct {
	judge.Subtest
	lines []string // after its result
}

// line reads a line, or the rest of one.
func (o *openTest) line(text string) {
	switch {
	case o.Verdict == "" && text == saysOK:
		o.Verdict = judge.Pass
	case o.Verdict == "" && text == saysNotOK:
		o.Verdict = judge.Fail
	case o.Verdict == "" && strings.HasPrefix(text, saysSkip):
		o.Verdict, o.Reason = judge.Skip, strings.TrimPrefix(text, saysSkip)
	case o.Verdict == "" && strings.HasPrefix(text, saysError):
		o.Verdict, o.Reason = judge.Fail, strings.TrimPrefix(text, saysError)
	default:
		o.lines = append(o.lines, text)
	}
}

// close adds the test to the list; nil adds none. A test without a result gets no
// verdict.
func (o *openTest) close(tests []judge.Subtest) []judge.Subtest {
	if o == nil {
		return tests
	}
	if o.Verdict == judge.Fail {
		o.explain()
	}
	return append(tests, o.Subtest)
}

// explain takes the diff, or the first line that a test printed after its result.
func (o *openTest) explain() {
	var shown []string
	for _, line := range o.lines {
		if strings.HasPrefix(line, saysError) {
			break
		}
		shown = append(shown, line)
	}
	text := strings.Trim(strings.Join(shown, "\n"), "\n")
	switch {
	case strings.HasPrefix(text, "--- "):
		o.Diff = text + "\n"
	case o.Reason == "":
		o.Reason, _, _ = strings.Cut(text, "\n")
	}
}

// logged matches the start of a test in the kernel log (start_test of
// functions.sh).
var logged = regexp.MustCompile(`(?m)===== TEST: (.*) =====$`)

// begun returns the names of the tests in a log.
func begun(log string) (names []string) {
	for _, m := range logged.FindAllStringSubmatch(strings.ReplaceAll(log, "\r", ""), -1) {
		names = append(names, m[1])
	}
	return names
}

// withLog completes the tests of a script whose output is incomplete. A test that
// another one follows in the log has passed, since a script ends with the first
// that fails.
func withLog(tests []judge.Subtest, names []string) []judge.Subtest {
	for i, name := range names {
		t := judge.Subtest{Name: name}
		if i < len(tests) {
			continue
		}
		if i+1 < len(names) {
			t.Verdict = judge.Pass
		}
		tests = append(tests, t)
	}
	return tests
}
