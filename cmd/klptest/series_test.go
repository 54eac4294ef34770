// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/series"
)

func TestSortArgs(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"0001-a.patch", "box", "my.txtar", "out/0002-b.patch", "out/0001-a.patch", "out/notes", "both/a.patch", "both/b.txtar", "none/x"} {
		filetest.Put(t, name, "")
	}
	got := sortArgs([]string{"-", "out", "both", "none", "./out/", "0001-a.patch", "box", "my.txtar", "state-*", "v6.11..v6.12", "HEAD~3..", "missing.patch", "a..user/topic", "../x.txtar", "state-add"})
	want := seriesArgs{
		patches: []string{"-", "out/0001-a.patch", "out/0002-b.patch", "out/0001-a.patch", "out/0002-b.patch", "0001-a.patch", "box", "missing.patch"},
		ranges:  []string{"v6.11..v6.12", "HEAD~3..", "a..user/topic"},
		cases:   []string{"both", "none", "my.txtar", "state-*", "../x.txtar", "state-add"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(seriesArgs{})); diff != "" {
		t.Error(diff)
	}
}

func TestStepResults(t *testing.T) {
	steps := []series.Step{
		{Name: "base", Results: []judge.Result{{Name: "c", Verdict: judge.Pass}}},
		{Name: "p", Results: []judge.Result{{Name: "c", Verdict: judge.Fail, Reasons: []string{"differs"}}}},
		{Name: "q", Fault: series.DoesNotApply, Why: "patch failed"},
		{Name: "r", Fault: series.NotTried},
	}
	want := []judge.Result{
		{Name: "0/3 c", Verdict: judge.Pass},
		{Name: "1/3 c", Verdict: judge.Fail, Reasons: []string{"breaks it: p", "differs"}},
		{Name: "2/3", Title: "q", Verdict: judge.Fail, Reasons: []string{"does not apply"}, Tail: "patch failed"},
		{Name: "3/3", Title: "r", Verdict: judge.Skip, Reasons: []string{"not tried"}},
	}
	if diff := cmp.Diff(want, stepResults(steps, 3)); diff != "" {
		t.Error(diff)
	}
}

// ends is a reporter that keeps how a run ended.
type ends struct{ report.Ending }

func (*ends) Begin(report.Provenance) error { return nil }
func (*ends) Start(string)                  {}
func (*ends) Step(string, string)           {}
func (*ends) Case(report.Outcome) error     { return nil }
func (e *ends) End(d report.Ending) error   { e.Ending = d; return nil }

// TestStepsStatus: a report has the exit status of the command.
func TestStepsStatus(t *testing.T) {
	of := func(v judge.Verdict) []judge.Result { return []judge.Result{{Name: "c", Verdict: v}} }
	base := series.Step{Name: "base", Results: of(judge.Pass)}
	for _, c := range []struct {
		after judge.Verdict
		err   error
		want  report.Ending
	}{
		{judge.Pass, nil, report.Ending{Total: 2, Status: 0}},
		{judge.Fail, nil, report.Ending{Total: 2, Status: 1}},
		{judge.Error, nil, report.Ending{Total: 2, Status: 3}},
		{judge.Skip, nil, report.Ending{Total: 2, Status: 4}},
		{judge.Pass, errors.New("disk full"), report.Ending{Total: 2, Status: 3, Error: "disk full", Detail: "disk full\n"}},
	} {
		var got ends
		err := reportSteps(&got, []series.Step{base, {Name: "p", Results: of(c.after)}}, 1, c.err)
		got.Took = 0
		if diff := cmp.Diff(c.want, got.Ending); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", c.after, err, diff)
		}
	}
}

// TestShows: of a case that is named twice, only a result that fails is broken.
func TestShows(t *testing.T) {
	for _, c := range []struct {
		verdict judge.Verdict
		change  series.Change
		want    bool
	}{
		{judge.Fail, series.Breaks, true},
		{judge.Pass, series.Breaks, false},
		{judge.Pass, series.Fixes, true},
		{judge.Skip, series.Fixes, false},
		{judge.Fail, series.Leaves, false},
	} {
		if got := shows(judge.Result{Verdict: c.verdict}, c.change); got != c.want {
			t.Errorf("%v: %v", c, got)
		}
	}
}

// TestStepResultsOfOneName: results of two case files of one name have different names.
func TestStepResultsOfOneName(t *testing.T) {
	of := func(file string, v judge.Verdict) judge.Result {
		return judge.Result{Name: "x", File: file, Verdict: v}
	}
	list := stepResults([]series.Step{
		{Name: "base", Results: []judge.Result{of("a/x.txtar", judge.Pass), of("b/x.txtar", judge.Pass)}},
		{Name: "p", Results: []judge.Result{of("a/x.txtar", judge.Fail), of("b/x.txtar", judge.Pass)}},
	}, 1)
	var got []string
	for _, r := range list {
		got = append(got, strings.Join(append([]string{r.Name, string(r.Verdict)}, r.Reasons...), " "))
	}
	want := []string{"0/1 a/x.txtar PASS", "0/1 b/x.txtar PASS", "1/1 a/x.txtar FAIL breaks it: p", "1/1 b/x.txtar PASS"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSeriesOutcome(t *testing.T) {
	good, bad := []series.Step{{Name: "base", Results: []judge.Result{{Name: "a", Verdict: judge.Pass}}}}, []series.Step{{Name: "base"}, {Name: "p", Fault: series.DoesNotApply}}
	full := errors.New("no space left on device")
	for _, test := range []struct {
		steps []series.Step
		err   error
		want  int
		said  string
	}{
		{good, nil, exit.Passed, ""},
		{bad, nil, exit.Failed, ""},
		{good, full, exit.Error, ""},
		{bad, full, exit.Failed, "klptest: no space left on device\n"},
		{bad, errInterrupted, exit.Interrupted, ""},
	} {
		var said bytes.Buffer
		a := &app{streams: streams{err: &said}}
		if got := exitStatus(a.seriesOutcome(test.steps, test.err)); got != test.want || said.String() != test.said {
			t.Errorf("%v, %v: status %d, %q", test.steps, test.err, got, said.String())
		}
	}
}

func TestStepWordsMeanTheSameElsewhere(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	data, err := os.ReadFile(filepath.Join(rootDir, "cases/state-add.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("my.txtar", data, 0o600); err != nil {
		t.Fatal(err)
	}
	var o stepOptions
	c := &cobra.Command{}
	c.Flags().String("good", "", "")
	stepFlags(c, &o)
	if err := c.Flags().Parse([]string{"--good=v1", "--confirm=3", "--config=a.config", "--kernel-args=x=1", "--debug", "--selftests=state,callbacks"}); err != nil {
		t.Fatal(err)
	}
	got, err := stepWords(c.Flags(), stepOptions{}, []string{"my.txtar", "state-*"})
	want := []string{"--config=" + filepath.Join(dir, "a.config"), "--confirm=3", "--debug=true", "--kernel-args=x=1", "--selftests=state", "--selftests=callbacks", "--", filepath.Join(dir, "my.txtar"), "state-*"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// rootDir is the top of the source tree, found before a test changes the working
// directory.
var rootDir, _ = filepath.Abs("../..")
