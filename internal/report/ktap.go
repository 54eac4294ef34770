// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// NewKTAP makes a reporter that writes KTAP version 1
// (Documentation/dev-tools/ktap.rst) with one top-level result for each case, as
// the kernel's tools/testing/kunit/kunit_parser.py reads it.
//
// That parser restricts the text of a result:
//   - It takes the last " # SKIP" of a result line for the directive, so a
//     FAIL has no text on that line, and a '#' in other text is escaped.
//   - "# Subtest: x" begins a nested test, so a diagnostic line begins with one
//     of our titles, or is indented.
//   - Some phrases of a dying kernel end the input wherever they stand in a
//     line, so they are broken.
func NewKTAP(w io.Writer) Reporter { return &ktap{w: w} }

type ktap struct {
	w       io.Writer
	subtest string // name of the report, if it is part of another one
	tally   tally
}

func (k *ktap) Begin(p Provenance) error {
	out := []string{"KTAP version 1"}
	if k.subtest != "" {
		out = append(out, "# Subtest: "+k.subtest)
	}
	out = append(out,
		fmt.Sprintf("1..%d", p.Planned),
		fmt.Sprintf("# klptest %s on %s", printable.Line(p.Klptest), p.On()),
	)
	if p.Shuffle != 0 {
		out = append(out, fmt.Sprintf("# shuffle: %d", p.Shuffle))
	}
	return k.write(out)
}

func (k *ktap) Start(string) {}

func (k *ktap) Step(string, string) {}

func (k *ktap) Case(o Outcome) error {
	r := o.Result
	k.tally.add(r)
	out := subtests(r)
	if wantsDetail(r) {
		out = append(out, diagnostics(describe(undoubled(r)))...)
	}
	return k.write(append(out, resultLine(k.tally.sum(), r)))
}

// End writes the totals as tools/testing/selftests/kselftest.h does. A run that was
// cut short has fewer results than its plan, by which a program that reads KTAP
// detects it; people read the reason.
func (k *ktap) End(e Ending) error {
	t := k.tally
	var out []string
	if missing := e.Total - t.sum(); missing > 0 {
		out = append(out, fmt.Sprintf("# not run: %d", missing))
	}
	if lines := printable.Lines(e.Message()); len(lines) > 0 {
		out = append(out, diagnostics([]section{{early, lines}})...)
	}
	return k.write(append(out, fmt.Sprintf("# Totals: pass:%d fail:%d xfail:%d xpass:%d skip:%d error:%d",
		t.Passed, t.Failed, t.XFailed, t.XPassed, t.Skipped, t.Errors)))
}

// resultLine is the result line of case number n. ERROR is a directive of the
// specification; a parser that does not know it sees "not ok". XFAIL and XPASS are
// written as tools/testing/selftests/kselftest.h does.
func resultLine(n int, r judge.Result) string {
	result, directive := "not ok", ""
	switch known(r.Verdict) {
	case judge.Pass:
		result = "ok"
	case judge.Skip:
		result, directive = "ok", " # SKIP "+noHash(skipReason(r))
	case judge.XFail, judge.XPass:
		result, directive = "ok", fmt.Sprintf(" # %s %s", r.Verdict, noHash(printable.Line(r.Expected)))
	case judge.Error:
		first, _ := headline(r)
		directive = " # ERROR " + noHash(printable.Line(first))
	}
	line := fmt.Sprintf("%s %d %s%s", result, n, ktapName(r.Name), directive)
	return strings.TrimRight(line, " ")
}

// ktapName is a case's name as a KTAP description: without '#', and not empty,
// because the parser takes a result line without a description for a diagnostic.
func ktapName(name string) string {
	name = strings.TrimSpace(noHash(printable.Line(name)))
	if name == "" {
		return "(no name)"
	}
	return name
}

func noHash(s string) string { return strings.ReplaceAll(s, "#", `\x23`) }

// diagnostics lays out sections as "# title: line", or, if a section has several
// lines, indented below "# title:".
func diagnostics(sections []section) []string {
	var out []string
	for _, s := range sections {
		if len(s.lines) == 1 {
			out = append(out, fmt.Sprintf("# %s: %s", s.kind, s.lines[0]))
			continue
		}
		out = append(out, fmt.Sprintf("# %s:", s.kind))
		for _, line := range s.lines {
			if line != "" {
				line = "   " + line
			}
			out = append(out, "#"+line)
		}
	}
	return out
}

// endOfInput matches where kunit_parser.py stops reading (its KTAP_END).
var endOfInput = regexp.MustCompile(`List of all partitions:|Kernel panic - not syncing: VFS:|reboot: System halted`)

func breakColon(phrase string) string { return strings.Replace(phrase, ":", `\x3a`, 1) }

// write writes all lines in one call.
func (k *ktap) write(out []string) error {
	var b strings.Builder
	for _, line := range out {
		b.WriteString(endOfInput.ReplaceAllStringFunc(line, breakColon) + "\n")
	}
	_, err := io.WriteString(k.w, b.String())
	return err
}
