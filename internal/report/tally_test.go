// SPDX-License-Identifier: Apache-2.0

package report

import (
	"testing"

	"github.com/klptest/klptest/cases/judge"
)

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		verdicts []judge.Verdict
		want     int
	}{
		{nil, 4},
		{[]judge.Verdict{judge.Skip, judge.Skip}, 4},
		{[]judge.Verdict{judge.Pass}, 0},
		{[]judge.Verdict{judge.Pass, judge.Skip}, 0},
		{[]judge.Verdict{judge.Pass, judge.Fail}, 1},
		{[]judge.Verdict{judge.Error, judge.Fail, judge.Error}, 1},
		{[]judge.Verdict{judge.Pass, judge.Error, judge.Skip}, 3},
		{[]judge.Verdict{judge.Error}, 3},
		{[]judge.Verdict{judge.Pass, ""}, 3},
		{[]judge.Verdict{"pass"}, 3},
		{[]judge.Verdict{judge.XFail}, 0},
		{[]judge.Verdict{judge.XPass, judge.Skip}, 0},
		{[]judge.Verdict{judge.XPass, judge.XFail, judge.Fail}, 1},
	} {
		var results []judge.Result
		for _, v := range c.verdicts {
			results = append(results, judge.Result{Verdict: v})
		}
		if got := ExitCode(results); got != c.want {
			t.Errorf("ExitCode of %q: %d, want %d", c.verdicts, got, c.want)
		}
	}
}
