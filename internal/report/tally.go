// SPDX-License-Identifier: Apache-2.0

package report

import (
	"github.com/klptest/klptest/cases/judge"
)

// The exit codes of a run; 2 is a mistake in how klptest was called.
const (
	exitPassed  = 0 // all that ran passed, at least one did
	exitFailed  = 1 // a case failed: the kernel under test is at fault
	exitError   = 3 // an error, and no case failed: nothing is known of the kernel
	exitNothing = 4 // nothing was run: no case, or all were skipped
)

// tally counts results by verdict.
type tally struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Errors  int `json:"errors"`
	Skipped int `json:"skipped"`
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
	}
}

// known is v, or ERROR where v is no verdict: never a pass.
func known(v judge.Verdict) judge.Verdict {
	switch v {
	case judge.Pass, judge.Fail, judge.Skip:
		return v
	}
	return judge.Error
}

// sum is the number of results.
func (t tally) sum() int { return t.Passed + t.Failed + t.Errors + t.Skipped }

func count(results []judge.Result) tally {
	var t tally
	for _, r := range results {
		t.add(r)
	}
	return t
}

// ExitCode is what a run with these results exits with: 0 when all passed, 1
// when one failed, 3 when one was an error and none failed, 4 when nothing
// was run (no case, or all skipped). It does not see that a run was cut short.
func ExitCode(results []judge.Result) int {
	t := count(results)
	switch {
	case t.Failed > 0:
		return exitFailed
	case t.Errors > 0:
		return exitError
	case t.Passed == 0:
		return exitNothing
	}
	return exitPassed
}
