// SPDX-License-Identifier: Apache-2.0

package compare

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/report"
)

var update = flag.Bool("update", false, "write the golden files in testdata anew")

// run returns a run of tests; "a=FAIL reason" is a test, "b" one that was not
// run.
func run(kernel string, tests ...string) report.Document {
	d := report.Document{Provenance: report.Provenance{Spec: kernel, Kernel: kernel + ".1", Release: kernel, Started: time.Unix(0, 0)}}
	for _, text := range tests {
		text, reason, _ := strings.Cut(text, " ")
		name, verdict, _ := strings.Cut(text, "=")
		d.Tests = append(d.Tests, name)
		if verdict == "" {
			continue
		}
		r := judge.Result{Name: name, File: name, Verdict: judge.Verdict(verdict)}
		if reason != "" {
			r.Reasons = []string{reason}
		}
		d.Outcomes = append(d.Outcomes, report.Outcome{Result: r})
	}
	d.Total = len(tests)
	return d
}

func TestChange(t *testing.T) {
	for _, test := range []struct {
		old, present string
		want         Change
	}{
		{"a=PASS", "a=FAIL", NewlyFailing}, {"a=XFAIL", "a=FAIL", NewlyFailing}, {"a=ERROR", "a=FAIL", NewlyFailing}, {"", "a=FAIL", NewlyFailing},
		{"a", "a=FAIL", NewlyFailing}, {"a=FAIL", "a=FAIL", StillFailing},
		{"a=FAIL", "a=PASS", Fixed}, {"a=FAIL", "a=XFAIL", Fixed}, {"a=FAIL", "a=XPASS", Fixed},
		{"a=PASS", "a=ERROR", Gone}, {"a=FAIL", "a=SKIP", Gone}, {"a=PASS", "a", Gone}, {"a=PASS", "", Gone},
		{"", "a=PASS", New}, {"a=SKIP", "a=PASS", New}, {"a=ERROR", "a=XFAIL", New},
		{"a=PASS", "a=FAIL a=PASS", Unsteady}, {"a=PASS a=FAIL", "a=PASS", Unsteady}, {"a=PASS a=FAIL", "a=FAIL", Unsteady},
		{"a=PASS", "a=PASS", Unchanged}, {"a=SKIP", "a=ERROR", Unchanged}, {"a=ERROR", "", Unchanged}, {"a=ERROR a=PASS", "a=PASS", Unchanged},
	} {
		c := Compare([]report.Document{run("k", strings.Fields(test.old)...)}, []report.Document{run("k", strings.Fields(test.present)...)})
		if c.Counts[test.want] != 1 || len(c.Counts) != 1 || (test.want != Unchanged) != (len(c.Entries) == 1) {
			t.Errorf("%q, then %q: %v, want %s", test.old, test.present, c.Counts, test.want)
		}
	}
	never := []report.Document{run("k", "a")}
	if c := Compare(never, never); len(c.Counts) != 0 {
		t.Errorf("a test that never ran is counted: %v", c.Counts)
	}
}

// A failure that not every confirming run repeated is flaky.
func TestConfirmedFlake(t *testing.T) {
	now := run("k", "a=FAIL")
	now.Outcomes[0].Confirmation = judge.Confirmation{Failed: 1, Runs: 3}
	if c := Compare([]report.Document{run("k", "a=PASS")}, []report.Document{now}); c.Counts[Unsteady] != 1 {
		t.Error(c.Counts)
	}
}

// Package judge decides what the reason is; here a failure is compared with the
// other side's.
func TestSameReason(t *testing.T) {
	for present, want := range map[string]bool{"at 0xffff8881": true, "x": false} {
		c := Compare([]report.Document{run("k", "a=FAIL at 0xffff8882")}, []report.Document{run("k", "a=FAIL "+present)})
		if c.Entries[0].SameReason != want {
			t.Errorf("%q: %v", present, !want)
		}
	}
}

// lines lists what has changed, and where.
func lines(c Comparison) string {
	var b strings.Builder
	for _, e := range c.Entries {
		fmt.Fprintf(&b, "%s %s on %q was %q\n", e.Change, e.Test, e.On, e.OldOn)
	}
	return b.String()
}

func TestKernels(t *testing.T) {
	// Any two single kernels are compared.
	got := lines(Compare([]report.Document{run("6.1", "a=PASS")}, []report.Document{run("6.12", "a=FAIL")}))
	want := "newly failing a on \"6.12 (6.12.1)\" was \"6.1 (6.1.1)\"\n"
	if got != want {
		t.Error(got)
	}
	// Among several kernels, those requested by the same name are compared.
	today := run("6.12", "a=PASS")
	today.Kernel = "6.12.2"
	got = lines(Compare([]report.Document{run("6.12", "a=FAIL"), run("6.1", "a=FAIL", "b=PASS")}, []report.Document{run("6.18", "a=FAIL"), today}))
	want = `newly failing a on "6.18 (6.18.1)" was ""
fixed a on "6.12 (6.12.2)" was "6.12 (6.12.1)"
gone a on "" was "6.1 (6.1.1)"
gone b on "" was "6.1 (6.1.1)"
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	// Labels separate runs on one kernel.
	two := run("6.12", "a=FAIL")
	two.Label = "2 CPUs"
	both := []report.Document{run("6.12", "a=PASS"), two}
	if c := Compare(both, both); c.Counts[Unchanged] != 1 || c.Counts[StillFailing] != 1 {
		t.Error(c.Counts)
	}
}

// Different files of one name are told apart, and a file given by another path
// is still the same.
func TestNames(t *testing.T) {
	two := run("k", "x=PASS", "x=FAIL")
	two.Outcomes[0].File, two.Outcomes[1].File = "a/x.txtar", "b/x.txtar"
	if c := Compare([]report.Document{two}, []report.Document{two}); c.Counts[StillFailing] != 1 || c.Counts[Unchanged] != 1 {
		t.Error(c.Counts)
	}
	var b bytes.Buffer
	c := Compare([]report.Document{two}, []report.Document{two})
	if err := c.human(&b); err != nil || !strings.Contains(b.String(), " b/x.txtar ") {
		t.Errorf("%v, %s", err, b.String())
	}
	cut := run("k", "x=PASS", "b/x.txtar")
	cut.Outcomes[0].File, cut.Tests[0] = "a/x.txtar", "a/x.txtar"
	if c := Compare([]report.Document{two}, []report.Document{cut}); len(c.Entries) != 1 || c.Entries[0].Shown != "b/x.txtar" || c.Entries[0].New != NotRun {
		t.Errorf("%+v", c.Entries)
	}
	here, there := run("k", "x=PASS"), run("k", "x=PASS")
	here.Outcomes[0].File, there.Outcomes[0].File = "./x.txtar", "/tmp/x.txtar"
	if c := Compare([]report.Document{here}, []report.Document{there}); c.Counts[Unchanged] != 1 {
		t.Error(c.Counts)
	}
}

// hostileComparison has an entry of each kind, with texts that try to be more
// than text.
func hostileComparison() Comparison {
	evil := "x | `y` **z** @all <script>\x1b[2J\u202e"
	old := run("6.12", "pass=PASS", "error=ERROR no "+evil, "same=FAIL "+evil, "other=FAIL one", "mended=FAIL it "+evil, "race=PASS", "gone=PASS", "cut=PASS", "steady=PASS")
	now := run("6.12", "pass=FAIL now "+evil, "error=FAIL", "same=FAIL "+evil, "other=FAIL two", "mended=PASS", "race=PASS", "race=FAIL", "cut", "fresh=PASS", "new-bad=FAIL at once", "steady=PASS")
	now.Outcomes[0].Name = "pass"
	now.Kernel = "6.12 " + evil
	return Compare([]report.Document{old}, []report.Document{now})
}

func TestGolden(t *testing.T) {
	for _, f := range Formats {
		var b bytes.Buffer
		if err := f.Write(hostileComparison(), &b); err != nil {
			t.Fatal(err)
		}
		filetest.Golden(t, "testdata/"+f.Name+".golden", b.String(), *update)
	}
}

// TestFormatsAgree: all formats show the same changes.
func TestFormatsAgree(t *testing.T) {
	c := hostileComparison()
	texts := map[string]string{}
	for _, f := range Formats {
		var b bytes.Buffer
		if err := f.Write(c, &b); err != nil {
			t.Fatal(err)
		}
		texts[f.Name] = b.String()
	}
	var doc struct{ Counts map[Change]int }
	if err := json.Unmarshal([]byte(texts["json"]), &doc); err != nil {
		t.Fatal(err)
	}
	for _, change := range Changes {
		n := c.Counts[change]
		got := []int{strings.Count("\n"+texts["human"], "\n"+string(change)+" "), strings.Count(texts["markdown"], "\n| "+string(change)+" |"), strings.Count(texts["json"], fmt.Sprintf(`"change": %q`, change)), doc.Counts[change]}
		if n == 0 || fmt.Sprint(got) != fmt.Sprint([]int{n, n, n, n}) {
			t.Errorf("%s: %v, want %d", change, got, n)
		}
	}
}

// The user documentation explains each change.
func TestDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/results.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range Changes {
		if !strings.Contains(string(text), "\n| "+string(change)+" | ") {
			t.Errorf("docs/results.md lacks %q", change)
		}
	}
}
