// SPDX-License-Identifier: Apache-2.0

package report

import (
	"testing"

	"github.com/klptest/klptest/cases"
)

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		verdicts []cases.Verdict
		want     int
	}{
		{nil, 4},
		{[]cases.Verdict{cases.Skip, cases.Skip}, 4},
		{[]cases.Verdict{cases.Pass}, 0},
		{[]cases.Verdict{cases.Pass, cases.Skip}, 0},
		{[]cases.Verdict{cases.Pass, cases.Fail}, 1},
		{[]cases.Verdict{cases.Error, cases.Fail, cases.Error}, 1},
		{[]cases.Verdict{cases.Pass, cases.Error, cases.Skip}, 3},
		{[]cases.Verdict{cases.Error}, 3},
		{[]cases.Verdict{cases.Pass, ""}, 3},
		{[]cases.Verdict{"pass"}, 3},
	} {
		var results []cases.Result
		for _, v := range c.verdicts {
			results = append(results, cases.Result{Verdict: v})
		}
		if got := ExitCode(results); got != c.want {
			t.Errorf("ExitCode of %q: %d, want %d", c.verdicts, got, c.want)
		}
	}
}
