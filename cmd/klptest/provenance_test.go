// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/report"
)

func TestGivenFlags(t *testing.T) {
	var o runOptions
	c := &cobra.Command{}
	(&app{}).runFlags(c, &o)
	if err := c.Flags().Parse([]string{
		"--kernel=debian:6.1", "-j2", "--format", "json", "--junit", "x.xml", "-v", "--shuffle", "7", "--bisect-exit",
		"--one-vm", "--keep=false", "--cpus", "2", "--ignore", "a b", "--ignore", "-c", "--until-fail", "state-*",
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"--cpus", "2", "--ignore", "a b", "--ignore", "-c", "--jobs", "2", "--keep=false", "--one-vm", "--until-fail"}
	got := givenFlags(c.Flags(), repeats)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"--cpus", "2"}, givenFlags(c.Flags(), opensShell)); d != "" {
		t.Error(d)
	}
	var again runOptions
	c = &cobra.Command{}
	(&app{}).runFlags(c, &again)
	if err := c.Flags().Parse(got); err != nil || again.Jobs != 2 || !again.oneVM || !cmp.Equal(again.ignore, o.ignore) {
		t.Errorf("they do not repeat the run: %+v, %v", again, err)
	}
}

func TestWithKernel(t *testing.T) {
	o := runOptions{machineOptions: machineOptions{kernel: "debian:6.1"}}
	if got := o.withKernel([]string{"-c"}); !cmp.Equal(got, []string{"-c"}) {
		t.Errorf("the usual kernel: %q", got)
	}
	o.kernelGiven = true
	if got := o.withKernel([]string{"-c"}); !cmp.Equal(got, []string{"--kernel", "debian:6.1", "-c"}) {
		t.Errorf("%q", got)
	}
}

func TestTestWords(t *testing.T) {
	shipped, mine := &casefile.Case{Name: "a", File: "a.txtar"}, &casefile.Case{Name: "b", File: "dir/b.txtar"}
	got := testWords([]string{"a*", "dir/b.txtar"}, []*casefile.Case{shipped, mine, shipped, mine})
	if d := cmp.Diff([]string{"a", "dir/b.txtar"}, got); d != "" {
		t.Error(d)
	}
}

func TestEnding(t *testing.T) {
	broken := errors.New("no QEMU\ndetails")
	for _, test := range []struct {
		verdicts []judge.Verdict
		err      error
		want     report.Ending
	}{
		{[]judge.Verdict{judge.Pass}, nil, report.Ending{Total: 1}}, // no more cases were wanted
		{[]judge.Verdict{judge.Fail}, nil, report.Ending{Total: 1, Status: 1}},
		{[]judge.Verdict{judge.Pass}, broken, report.Ending{Total: 3, Status: 3, Error: "no QEMU", Detail: "no QEMU\ndetails\n"}},
		{[]judge.Verdict{judge.Fail}, broken, report.Ending{Total: 3, Status: 1, Error: "no QEMU", Detail: "no QEMU\ndetails\n"}},
		{[]judge.Verdict{judge.Fail}, errInterrupted, report.Ending{Total: 3, Status: 130, Error: "interrupted", Detail: "interrupted\n"}},
		{nil, errTimeout(time.Minute), report.Ending{Total: 3, Status: 3, Error: "--timeout 1m0s: the run did not end in time",
			Detail: "--timeout 1m0s: the run did not end in time\nallow more time with --timeout, or run fewer cases\n"}},
	} {
		d := report.Document{Provenance: report.Provenance{Planned: 3}}
		for _, v := range test.verdicts {
			d.Outcomes = append(d.Outcomes, report.Outcome{Result: judge.Result{Verdict: v}})
		}
		got := ending(d, test.err)
		got.Took = 0
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%v, %v: %s", test.verdicts, test.err, d)
		}
	}
}
