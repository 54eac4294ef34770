// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/gcov"
)

// coveredDocument is a run of three tests, one of them without coverage.
func coveredDocument() Document {
	d := Document{Provenance: sampleRun(3)}
	state := gcov.File{
		Name:   "kernel/livepatch/state.c",
		Lines:  []gcov.Line{{Number: 2, Function: "f", Count: 4, Branches: []uint64{4, 0}}, {Number: 3, Function: "f"}, {Number: 4, Function: "f", Count: 4}},
		Source: []string{"int f(int a)", "\tif (a)", "\t\treturn 1; /* <b> */", "\treturn 0;"},
	}
	header := gcov.File{Name: "kernel/livepatch/core.h", Lines: []gcov.Line{{Number: 9, Count: 1}}}
	d.Outcomes = []Outcome{
		{Result: judge.Result{Name: "a", Verdict: judge.Pass}, Ran: gcov.RanOf([]gcov.File{state, header})},
		{Result: judge.Result{Name: "b", Verdict: judge.Skip}},
		{Result: judge.Result{Name: "c", Verdict: judge.Fail, Reasons: []string{"kernel panic"}}},
	}
	d.Ending = Ending{Took: 3 * time.Second, Total: 3, Status: 1, Coverage: []gcov.File{header, state}, Listing: "/tmp/coverage-1"}
	return d
}

func TestCoverageForPeople(t *testing.T) {
	var b strings.Builder
	if err := coveredDocument().Play(NewHuman(&b, HumanOptions{})); err != nil {
		t.Fatal(err)
	}
	want := `
kernel/livepatch/core.h   100.0% of     1 lines       - of     0 branches
kernel/livepatch/state.c   66.6% of     3 lines   50.0% of     2 branches
all of them                75.0% of     4 lines   50.0% of     2 branches
not in it: 1 case, whose guest did not tell what it ran
line by line: /tmp/coverage-1
1 passed, 1 failed, 0 errors, 1 skipped in 3 s`
	if !strings.Contains(b.String(), want) {
		t.Errorf("%s\nhas no\n%s", b.String(), want)
	}
}

func TestCoverageInJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteRuns(&b, []Document{coveredDocument()}); err != nil {
		t.Fatal(err)
	}
	if err := validate(t, b.String()); err != nil {
		t.Error(err)
	}
	for name, read := range map[string]func() ([]Document, error){
		"whole": func() ([]Document, error) { return Read(bytes.NewReader(b.Bytes())) },
		"brief": func() ([]Document, error) { return ReadBrief(bytes.NewReader(b.Bytes())) },
	} {
		docs, err := read()
		if err != nil || len(docs) != 1 {
			t.Fatalf("%s: %d runs, %v", name, len(docs), err)
		}
		want := coveredDocument()
		if diff := cmp.Diff(want.Coverage, docs[0].Coverage); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(want.Outcomes[0].Ran, docs[0].Outcomes[0].Ran); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCoverageInHTML(t *testing.T) {
	var b strings.Builder
	if err := WriteHTML(&b, []Document{coveredDocument()}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<dt>kernel/livepatch/state.c</dt><dd>66.6% of 3 lines, 50.0% of 2 branches</dd>",
		`<span class="missed">!         0             3                  return 1; /* &lt;b&gt; */</span>`,
		`<span class="part">?         4     1/2     2          if (a)</span>`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if strings.Contains(page1(t), `class="coverage"`) {
		t.Error("a run without --gcov has coverage")
	}
}

// page1 is the page of a run without coverage.
func page1(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	if err := WriteHTML(&b, []Document{sampleDocument()}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
