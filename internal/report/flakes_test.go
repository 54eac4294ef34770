// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

// tested is an outcome of a test that took the given seconds.
func tested(name string, v judge.Verdict, seconds int, c judge.Confirmation) Outcome {
	return Outcome{Result: judge.Result{Name: name, File: name, Verdict: v, Duration: time.Duration(seconds) * time.Second, Confirmation: c}}
}

// TestFlakes: a test that has failed and passed in all the runs on a kernel is flaky.
func TestFlakes(t *testing.T) {
	none := judge.Confirmation{}
	on := func(kernel string, list ...Outcome) Document {
		return Document{Provenance: Provenance{Kernel: kernel}, Outcomes: list}
	}
	docs := []Document{
		on("a", tested("race", judge.Pass, 1, none), tested("bad", judge.Fail, 1, none), tested("known", judge.XFail, 1, none), tested("once", judge.Fail, 1, judge.Confirmation{Failed: 1, Runs: 3})),
		on("a", tested("race", judge.Fail, 1, judge.Confirmation{Failed: 2, Runs: 3}), tested("bad", judge.Fail, 1, none), tested("known", judge.XPass, 1, none)),
		on("a", tested("race", judge.Error, 1, none), tested("race", judge.Skip, 1, none)),
		on("b", tested("bad", judge.Pass, 1, none), tested("race", judge.Pass, 1, none)),
	}
	want := []Flake{
		{Test: "race", On: "a", Failed: 2, Runs: 4, Results: 4},
		{Test: "known", On: "a", Failed: 1, Runs: 2, Results: 2},
		{Test: "once", On: "a", Failed: 1, Runs: 3, Results: 1},
	}
	if d := cmp.Diff(want, Flakes(docs)); d != "" {
		t.Error(d)
	}
	lines := FlakeLines(docs)
	if !strings.Contains(lines, "failed in 2 of 4 runs on a\n") || strings.Count(lines, "\n") != 2 {
		t.Error(lines)
	}
}

// TestHumanEnd: the end of a run lists the flaky and the slowest tests.
func TestHumanEnd(t *testing.T) {
	var b strings.Builder
	d := Document{Outcomes: []Outcome{
		tested("quick", judge.Pass, 1, judge.Confirmation{}), tested("slow", judge.Pass, 9, judge.Confirmation{}),
		tested("quick", judge.Fail, 2, judge.Confirmation{}), tested("skipped", judge.Skip, 0, judge.Confirmation{}),
	}}
	if err := d.Play(NewHuman(&b, HumanOptions{Slowest: 2})); err != nil {
		t.Fatal(err)
	}
	_, end, _ := strings.Cut(b.String(), "flaky ")
	want := "  quick                             failed in 1 of 2 runs on \n" +
		"slow    slow                               9.0s\nslow    quick                              2.0s\n" +
		"2 passed, 1 failed, 0 errors, 1 skipped in 0 s on \n"
	if d := cmp.Diff(want, end); d != "" {
		t.Error(d)
	}
	if got := Slowest(d.Outcomes, 10); len(got) != 3 {
		t.Errorf("%d", len(got))
	}
}

// TestTotal: several runs on one kernel count as one kernel.
func TestTotal(t *testing.T) {
	a, b := Document{Provenance: Provenance{Kernel: "a"}}, Document{Provenance: Provenance{Kernel: "b"}}
	patch := func(label string) Document {
		return Document{Provenance: Provenance{Kernel: "base", Label: label}}
	}
	cell := func(spec, label string) Document {
		return Document{Provenance: Provenance{Spec: spec, Kernel: spec + ".1", Label: label}}
	}
	for want, docs := range map[string][]Document{
		"on 2 kernels":            {a, b},
		"on 1 kernel, in 2 runs":  {a, a},
		"on 2 kernels, in 3 runs": {a, b, a},
		"on 3 kernels":            {patch("1/2"), patch("2/2"), b},
		"on 2 kernels, in 4 runs": {cell("6.1", "6.1 x"), cell("6.1", "6.1 y"), cell("6.12", "6.12 x"), cell("6.12", "6.12 y")},
	} {
		if got := Total(docs); !strings.HasSuffix(got, " "+want+"\n") {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
