// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// readText is junitText as a reader has it: encoding/xml reads CDATA as text.
type readText struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type readCase struct {
	Name      string     `xml:"name,attr"`
	Failure   []readText `xml:"failure"`
	Error     []readText `xml:"error"`
	Skipped   []readText `xml:"skipped"`
	SystemOut []readText `xml:"system-out"`
}

func readJUnit(t *testing.T, results []judge.Result) []readCase {
	t.Helper()
	var b bytes.Buffer
	play(t, NewJUnit(&b), len(results), results)
	var doc struct {
		Cases []readCase `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatalf("%v, in:\n%s", err, b.String())
	}
	return doc.Cases
}

// checkJUnit checks that a result reads as what it is, and its text as Escape
// leaves it.
func checkJUnit(t *testing.T, v judge.Verdict, name, reason, rest string) {
	t.Helper()
	r := judge.Result{Name: name, Verdict: v, Reasons: []string{reason}, Advice: rest, Diff: rest, Confirmation: hostileConfirmation(rest), Discarded: []judge.Discarded{{Reason: reason, Log: rest}}}
	got := readJUnit(t, []judge.Result{r, {Name: "after", Verdict: judge.Pass}})
	want := readCase{Name: printable.Text(name)}
	evidence, explanation := split(describe(r))
	text := []readText{{printable.Line(reason), string(v), layOut(explanation)}}
	switch v {
	case judge.Skip:
		want.Skipped = []readText{{Message: printable.Line(reason)}}
	case judge.Fail:
		want.Failure = text
	case judge.Error:
		want.Error = text
	}
	if v == judge.Pass || v == judge.Skip {
		evidence = describe(judge.Result{Discarded: r.Discarded})
	}
	if len(evidence) > 0 {
		want.SystemOut = []readText{{Text: layOut(evidence)}}
	}
	if d := cmp.Diff([]readCase{want, {Name: "after"}}, got); d != "" {
		t.Fatalf("(-want +got):\n%s", d)
	}
}

func TestJUnitHostile(t *testing.T) {
	for v := range kunitStatus {
		for _, s := range hostile {
			checkJUnit(t, v, s, s, s)
		}
	}
}

func TestLayOut(t *testing.T) {
	got := layOut([]section{{reason, []string{"one"}}, {diff, []string{"-a", "", "+b"}}})
	if d := cmp.Diff("reason: one\ndiff:\n-a\n\n+b\n", got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func FuzzJUnit(f *testing.F) {
	verdicts := []judge.Verdict{judge.Pass, judge.Fail, judge.Error, judge.Skip}
	for i, s := range hostile {
		f.Add(byte(i), "name", s, s)
		f.Add(byte(i+1), s, s, s)
	}
	f.Fuzz(func(t *testing.T, v byte, name, reason, rest string) {
		checkJUnit(t, verdicts[int(v)%len(verdicts)], name, reason, rest)
	})
}

// A run that was cut short does not look green.
func TestJUnitTellsOfCasesThatDidNotRun(t *testing.T) {
	var b bytes.Buffer
	passed := []judge.Result{{Name: "a", Verdict: judge.Pass}}
	play(t, NewJUnit(&b), 3, passed)
	var doc struct {
		Suite struct {
			Tests  int        `xml:"tests,attr"`
			Errors int        `xml:"errors,attr"`
			Cases  []readCase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if s := doc.Suite; s.Tests != 2 || s.Errors != 1 || len(s.Cases) != 2 || s.Cases[1].Error[0].Message != "the run ended early: 2 not run" {
		t.Errorf("%+v", s)
	}
}
