// SPDX-License-Identifier: Apache-2.0

package report

import "github.com/klptest/klptest/cases"

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
func (t *tally) add(r cases.Result) {
	switch known(r.Verdict) {
	case cases.Pass:
		t.Passed++
	case cases.Fail:
		t.Failed++
	case cases.Skip:
		t.Skipped++
	case cases.Error:
		t.Errors++
	}
}

// known is v, or ERROR where v is no verdict: never a pass.
func known(v cases.Verdict) cases.Verdict {
	switch v {
	case cases.Pass, cases.Fail, cases.Skip:
		return v
	}
	return cases.Error
}

// sum is the number of results.
func (t tally) sum() int { return t.Passed + t.Failed + t.Errors + t.Skipped }

func count(results []cases.Result) tally {
	var t tally
	for _, r := range results {
		t.add(r)
	}
	return t
}

// ExitCode is what a run with these results exits with: 0 when all passed, 1
// when one failed, 3 when one was an error and none failed, 4 when nothing
// was run (no case, or all skipped). It does not see that a run was cut short.
func ExitCode(results []cases.Result) int {
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
