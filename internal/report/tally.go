// SPDX-License-Identifier: Apache-2.0

package report

import (
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
)

// tally counts results by verdict.
type tally struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Errors  int `json:"errors"`
	Skipped int `json:"skipped"`
	XFailed int `json:"expected_failures,omitempty"`
	XPassed int `json:"unexpected_passes,omitempty"`
}

// add counts a result.
func (t *tally) add(r judge.Result) {
	switch known(r.Verdict) {
	case judge.Pass:
		t.Passed++
	case judge.Fail:
		t.Failed++
	case judge.Skip:
		t.Skipped++
	case judge.Error:
		t.Errors++
	case judge.XFail:
		t.XFailed++
	case judge.XPass:
		t.XPassed++
	}
}

// known returns v, or ERROR if v is not a verdict: never a pass.
func known(v judge.Verdict) judge.Verdict {
	switch v {
	case judge.Pass, judge.Fail, judge.Skip, judge.XFail, judge.XPass:
		return v
	}
	return judge.Error
}

// sum is the number of results.
func (t tally) sum() int {
	return t.Passed + t.Failed + t.Errors + t.Skipped + t.XFailed + t.XPassed
}

func count(results []judge.Result) tally {
	var t tally
	for _, r := range results {
		t.add(r)
	}
	return t
}

// ExitCode is the exit status of a run with these results. It does not consider
// that a run was cut short.
func ExitCode(results []judge.Result) int {
	t := count(results)
	switch {
	case t.Failed > 0:
		return exit.Failed
	case t.Errors > 0:
		return exit.Error
	case t.Passed+t.XFailed+t.XPassed == 0:
		return exit.Nothing
	}
	return exit.Passed
}
