// SPDX-License-Identifier: Apache-2.0

package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

func TestDescribe(t *testing.T) {
	got := describe(judge.Result{
		Verdict: judge.Fail,
		Reasons: []string{"first\nline\n", "second\tpart", "third"},
		Advice:  "do this\nand that",
		Diff:    "-a\n+b\x1b\n",
		Tail:    "oops",
		Log:     "/log",
		QEMU:    "qemu",
		Confirmation: judge.Confirmation{
			Failed: 2, Runs: 2, Unjudged: []string{"no\nroom"}, Otherwise: []string{"another"},
		},
		Discarded: []judge.Discarded{{Reason: "made\nup", Log: "/l"}, {Reason: "x", Shared: true}},
	})
	want := []section{
		{reason, []string{`first\nline`}},
		{howOften, []string{"2 of 2, for different reasons, and one run could not be judged"}},
		{advice, []string{"do this", "and that"}},
		{reason, []string{`second\tpart`}},
		{reason, []string{"third"}},
		{otherReason, []string{"another"}},
		{unjudged, []string{`no\nroom`}},
		{discardedRun, []string{`made\nup; full log: /l`}},
		{discardedRun, []string{"on a guest that had served other cases: x"}},
		{diff, []string{"-a", `+b\x1b`}},
		{logTail, []string{"oops"}},
		{fullLog, []string{"/log"}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(section{})); d != "" {
		t.Errorf("describe (-want +got):\n%s", d)
	}
}

func TestDescribeNothing(t *testing.T) {
	if got := describe(judge.Result{Verdict: judge.Fail, Reasons: []string{""}, Diff: "\n"}); len(got) > 0 {
		t.Errorf("sections of a result that says nothing: %v", got)
	}
}
