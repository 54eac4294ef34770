// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// The line rules of tools/testing/kunit/kunit_parser.py (6.12) for a KTAP file with
// one or two levels of results.
var (
	kunitStart  = regexp.MustCompile(`^\s*KTAP version ([0-9]+)$`)
	kunitTAP    = regexp.MustCompile(`^\s*TAP version ([0-9]+)$`)
	kunitHeader = regexp.MustCompile(`^\s*# Subtest: (.*)$`)
	kunitPlan   = regexp.MustCompile(`^\s*1\.\.([0-9]+)`)
	kunitResult = regexp.MustCompile(`^\s*(ok|not ok) ([0-9]+) (- )?([^#]*)( # .*)?$`)
	kunitSkip   = regexp.MustCompile(`^\s*(ok|not ok) ([0-9]+) (- )?(.*) # SKIP(.*)$`)
	kunitEnd    = regexp.MustCompile(`List of all partitions:|Kernel panic - not syncing: VFS:|reboot: System halted`)
)

// kunitTest is a result as the parser reads it.
type kunitTest struct {
	Name, Status string
	Parts        []kunitTest
}

// kunitStream has the remaining lines.
type kunitStream struct{ lines []string }

// kunitLines splits like Python's str.splitlines, strips trailing space and stops
// where the parser stops.
func kunitLines(text string) *kunitStream {
	split := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r) })
	var lines []string
	for _, line := range split {
		if kunitEnd.MatchString(line) {
			break
		}
		lines = append(lines, strings.TrimRightFunc(line, unicode.IsSpace))
	}
	return &kunitStream{lines}
}

func (s *kunitStream) peek() string {
	if len(s.lines) == 0 {
		return ""
	}
	return s.lines[0]
}

// accept takes the next line if it matches.
func (s *kunitStream) accept(re *regexp.Regexp) []string {
	m := re.FindStringSubmatch(s.peek())
	if m != nil {
		s.lines = s.lines[1:]
	}
	return m
}

// diagnostics skips lines that match no rule.
func (s *kunitStream) diagnostics() {
	for len(s.lines) > 0 {
		for _, re := range []*regexp.Regexp{kunitResult, kunitHeader, kunitStart, kunitTAP, kunitPlan} {
			if re.MatchString(s.lines[0]) {
				return
			}
		}
		s.lines = s.lines[1:]
	}
}

// kunitParse reads a KTAP document. It is stricter than the parser, which accepts
// repeated plans and lines after the last result.
func kunitParse(text string) ([]kunitTest, error) {
	s := kunitLines(text)
	if m := s.accept(kunitStart); m == nil || m[1] != "1" {
		return nil, fmt.Errorf("no version line, but %q", s.peek())
	}
	tests, err := s.tests()
	if s.diagnostics(); err == nil && len(s.lines) > 0 {
		err = fmt.Errorf("after the last result: %q", s.peek())
	}
	return tests, err
}

// tests reads a plan and its tests, each of which may have parts.
func (s *kunitStream) tests() ([]kunitTest, error) {
	plan := s.accept(kunitPlan) // the parser of 6.1 allows no line in between
	if plan == nil {
		return nil, fmt.Errorf("no plan, but %q", s.peek())
	}
	total, err := strconv.Atoi(plan[1])
	if err != nil {
		return nil, err
	}
	var tests []kunitTest
	for n := 1; n <= total; n++ {
		s.diagnostics()
		if len(s.lines) == 0 {
			return tests, fmt.Errorf("missing expected subtest %d of %d", n, total)
		}
		test, err := s.test(n)
		if err != nil {
			return tests, err
		}
		tests = append(tests, test)
	}
	return tests, nil
}

// test reads the parts of a test, if any, and its result. A header names
// the test of the parts.
func (s *kunitStream) test(n int) (kunitTest, error) {
	if s.accept(kunitStart) == nil {
		return s.result(n)
	}
	header := s.accept(kunitHeader)
	if header == nil {
		return kunitTest{}, fmt.Errorf("no header, but %q", s.peek())
	}
	parts, err := s.tests()
	if err != nil {
		return kunitTest{}, err
	}
	s.diagnostics()
	test, err := s.result(n)
	if err == nil && test.Name != header[1] {
		err = fmt.Errorf("the result of %q, not of %q", test.Name, header[1])
	}
	test.Parts = parts
	return test, err
}

// result reads a result line, whose number must be n.
func (s *kunitStream) result(n int) (kunitTest, error) {
	skip := kunitSkip.FindStringSubmatch(s.peek())
	m := s.accept(kunitResult)
	switch {
	case m == nil:
		return kunitTest{}, fmt.Errorf("no result, but %q", s.peek())
	case m[2] != strconv.Itoa(n):
		return kunitTest{}, fmt.Errorf("expected test number %d but found %s", n, m[2])
	case skip != nil:
		return kunitTest{Name: skip[4], Status: "SKIPPED"}, nil
	case m[1] == "ok":
		return kunitTest{Name: m[4], Status: "SUCCESS"}, nil
	}
	return kunitTest{Name: m[4], Status: "FAILURE"}, nil
}
