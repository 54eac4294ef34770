// SPDX-License-Identifier: Apache-2.0

package report

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

// ended returns the lines of a run after those of its tests.
func ended(t *testing.T, tests []string, total int, results ...judge.Result) []string {
	t.Helper()
	d := Document{Provenance: Provenance{Tests: tests, Planned: total, Kernel: "k", Release: "r"}, Ending: Ending{Total: total}}
	for _, r := range results {
		d.Outcomes = append(d.Outcomes, Outcome{Result: r})
	}
	var b bytes.Buffer
	if err := d.Play(NewHuman(&b, HumanOptions{})); err != nil {
		t.Fatal(err)
	}
	_, recap, found := strings.Cut(b.String(), "\n\n")
	if !found {
		return nil
	}
	lines := strings.Split(strings.TrimSuffix(recap, "\n"), "\n")
	return lines[:len(lines)-1] // without the summary
}

func result(name string, v judge.Verdict, reasons ...string) judge.Result {
	return judge.Result{Name: name, File: name + ".txtar", Verdict: v, Reasons: reasons}
}

// TestNameOfACase: if a name stands for two files, each is named by its path.
func TestNameOfACase(t *testing.T) {
	r := newRecap([]string{"d1/ok.txtar", "d2/ok.txtar", "bad.txtar", "bad.txtar", "state-add"})
	for file, want := range map[string]string{"d1/ok": "d1/ok.txtar", "d2/ok": "d2/ok.txtar", "bad": "bad", "state-add": "state-add"} {
		res := judge.Result{Name: path.Base(file), File: file + ".txtar"}
		if got := r.name(res); got != want {
			t.Errorf("%s is named %s, want %s", file, got, want)
		}
	}
}

func TestRecap(t *testing.T) {
	pass, fail, broken := result("a", judge.Pass), result("b", judge.Fail, "differs", "and more"), result("c", judge.Error, "no QEMU")
	for name, test := range map[string]struct {
		tests   []string
		results []judge.Result
		want    []string
	}{
		"all pass":         {[]string{"a", "d"}, []judge.Result{pass, result("d", judge.Skip)}, nil},
		"one test":         {[]string{"b"}, []judge.Result{fail}, nil},
		"nothing was run":  {[]string{"a", "b"}, nil, nil},
		"shipped and file": {[]string{"a", "b", "c.txtar"}, []judge.Result{pass, fail, broken}, []string{"FAIL    b        differs", "ERROR   c.txtar  no QEMU", "again: klptest run b c.txtar"}},
		"not run":          {[]string{"a", "x y", "z"}, []judge.Result{pass}, []string{"not run x y", "not run z", "again: klptest run 'x y' z"}},
		"unexpected pass":  {[]string{"a", "b"}, []judge.Result{pass, {Name: "b", Verdict: judge.XPass, Expected: "a bug"}}, []string{"XPASS   b  expected to fail: a bug"}},
		"expected failure": {[]string{"a", "b"}, []judge.Result{pass, {Name: "b", Verdict: judge.XFail, Expected: "a bug"}}, nil},
		"standard input":   {[]string{"a", "-"}, []judge.Result{pass, {Name: "stdin", File: "stdin", Verdict: judge.Fail, Reasons: []string{"differs"}}}, []string{"FAIL    -  differs", "again: klptest run -"}},
		"repeated":         {[]string{"a", "b"}, []judge.Result{pass, fail, pass, fail}, []string{"FAIL    b  differs", "again: klptest run b"}},
		"an old report":    {nil, []judge.Result{pass, fail}, []string{"FAIL    b  differs"}},
	} {
		if d := cmp.Diff(test.want, ended(t, test.tests, len(test.tests), test.results...)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

// TestLook checks the command that opens a shell where a test failed.
func TestLook(t *testing.T) {
	d := Document{Provenance: Provenance{Tests: []string{"a", "d/b.txtar"}, ShellFlags: []string{"--kernel", "my kernel"}}}
	for _, r := range []judge.Result{
		{Name: "a", File: "a.txtar", Verdict: judge.Fail, Step: 3}, {Name: "b", File: "d/b.txtar", Verdict: judge.Error, Step: 1},
		{Name: "a", File: "a.txtar", Verdict: judge.Fail}, {Name: "a", File: "a.txtar", Verdict: judge.Pass, Step: 3},
	} {
		d.Outcomes = append(d.Outcomes, Outcome{Result: r})
	}
	d.Kept = "/tmp/x"
	var b bytes.Buffer
	if err := d.Play(NewHuman(&b, HumanOptions{})); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, "look:") || strings.Contains(line, "kept:") {
			got = append(got, line)
		}
	}
	want := []string{"      look: klptest shell --kernel 'my kernel' a@3\n", "      look: klptest shell --kernel 'my kernel' d/b.txtar@1\n", "kept:  /tmp/x\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRecapIsShort(t *testing.T) {
	results := []judge.Result{result("long", judge.Fail, strings.Repeat("x", 1000))}
	tests := []string{"long"}
	for i := range 30 {
		name := fmt.Sprint("case-", i)
		tests, results = append(tests, name), append(results, result(name, judge.Fail))
	}
	got := ended(t, tests, len(tests), results...)
	if len(got) != mostLines+2 || got[mostLines] != "… and 11 more" || len(got[0]) > 150 {
		t.Errorf("%d lines: %q", len(got), got)
	}
	if again := got[mostLines+1]; !strings.HasSuffix(again, " case-29") || strings.Count(again, " ") != 2+31 {
		t.Errorf("not the whole command: %s", again)
	}
}
