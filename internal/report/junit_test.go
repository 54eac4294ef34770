// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"encoding/xml"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// readText is junitText for reading: encoding/xml reads CDATA as text.
type readText struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type readCase struct {
	Name      string     `xml:"name,attr"`
	Class     string     `xml:"classname,attr"`
	File      string     `xml:"file,attr"`
	Failure   []readText `xml:"failure"`
	Error     []readText `xml:"error"`
	Skipped   []readText `xml:"skipped"`
	SystemOut []readText `xml:"system-out"`
}

func newJUnit(w io.Writer) Reporter { return whole(WriteJUnit)(w, HumanOptions{}) }

func readJUnit(t *testing.T, results []judge.Result) []readCase {
	t.Helper()
	var b bytes.Buffer
	play(t, newJUnit(&b), len(results), results)
	var doc struct {
		Cases []readCase `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatalf("%v, in:\n%s", err, b.String())
	}
	for i := range doc.Cases {
		doc.Cases[i].Class = "" // see TestJUnitNames
	}
	return doc.Cases
}

// checkJUnit checks that a result is read back correctly, with its text escaped.
func checkJUnit(t *testing.T, v judge.Verdict, name, reason, rest string) {
	t.Helper()
	r := judge.Result{Name: name, Verdict: v, Expected: rest, Reasons: []string{reason}, Advice: rest, Diff: rest, Confirmation: hostileConfirmation(rest), Discarded: []judge.Discarded{{Reason: reason, Log: rest}}}
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
	case judge.XFail:
		want.Skipped = []readText{{Message: "expected failure: " + printable.Line(rest), Type: "XFAIL"}}
		evidence = describe(r)
	}
	switch v {
	case judge.Pass, judge.Skip:
		evidence = describe(judge.Result{Discarded: r.Discarded})
	case judge.XPass:
		evidence = append([]section{{unexpected, []string{printable.Line(rest)}}}, describe(judge.Result{Discarded: r.Discarded})...)
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
	verdicts := []judge.Verdict{judge.Pass, judge.Fail, judge.Error, judge.Skip, judge.XFail, judge.XPass}
	for i, s := range hostile {
		f.Add(byte(i), "name", s, s)
		f.Add(byte(i+1), s, s, s)
	}
	f.Fuzz(func(t *testing.T, v byte, name, reason, rest string) {
		checkJUnit(t, verdicts[int(v)%len(verdicts)], name, reason, rest)
	})
}

// suite is the part of a report that a reader sees.
type suite struct {
	Tests  int        `xml:"tests,attr"`
	Errors int        `xml:"errors,attr"`
	Cases  []readCase `xml:"testcase"`
}

func readSuite(t *testing.T, d Document) suite {
	t.Helper()
	var b bytes.Buffer
	if err := d.Play(newJUnit(&b)); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Suite suite `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Suite
}

// A run that was cut short does not look green, and has the reason.
func TestJUnitTellsOfCasesThatDidNotRun(t *testing.T) {
	passed := []Outcome{{Result: judge.Result{Name: "a", Verdict: judge.Pass}}}
	for _, test := range []struct {
		outcomes      []Outcome
		ending        Ending
		message, text string
	}{
		{passed, Ending{Total: 3}, "the run ended early: 2 not run", ""},
		{passed, Ending{Total: 3, Error: "no QEMU"}, "no QEMU (2 not run)", "no QEMU"},
		{passed, Ending{Total: 1, Error: "a lock", Detail: "a lock\nremove it\n"}, "a lock (0 not run)", "a lock\nremove it\n"},
		{nil, Ending{Error: "no such case"}, "no such case (0 not run)", "no such case"},
	} {
		s := readSuite(t, Document{Outcomes: test.outcomes, Ending: test.ending})
		n := len(test.outcomes)
		if s.Tests != n+1 || s.Errors != 1 || len(s.Cases) != n+1 {
			t.Fatalf("%+v", s)
		}
		if e := s.Cases[n].Error[0]; e.Message != test.message || e.Text != test.text {
			t.Errorf("%+v", e)
		}
	}
}

// TestJUnitNames: two files of one name get different names, two runs of one file do not.
func TestJUnitNames(t *testing.T) {
	d := Document{Provenance: Provenance{Release: "6.12-x"}}
	for _, file := range []string{"d1/ok.txtar", "ok.txtar", "other.txtar", "other.txtar"} {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		d.Outcomes = append(d.Outcomes, Outcome{Result: judge.Result{Name: name, File: file, Verdict: judge.Pass}})
	}
	var got []string
	for _, c := range readSuite(t, d).Cases {
		got = append(got, c.Name+" "+c.Class+" "+c.File)
	}
	want := []string{"d1/ok.txtar klptest.6.12-x d1/ok.txtar", "ok.txtar klptest.6.12-x ok.txtar", "other klptest.6.12-x other.txtar", "other klptest.6.12-x other.txtar"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
