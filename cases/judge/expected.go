// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
)

// The verdicts on a case that is known to fail on the kernel; see
// [casefile.Tolerance].
const (
	XFail Verdict = "XFAIL" // it failed, as expected
	XPass Verdict = "XPASS" // it passed
)

// expecting adjusts a result on a kernel on which the case is known to fail. A failure
// that is not the one that a Symptom names stays a FAIL.
func (r Result) expecting(c *casefile.Case, f machine.Facts) Result {
	reason := c.FailsOn(f)
	if reason == "" || c.Tolerance == casefile.Intolerant {
		return r
	}
	switch {
	case r.Verdict == Fail && r.Reported != NotAsReported:
		r.Verdict = XFail
	case r.Verdict == Pass && c.Tolerance == casefile.Strict:
		r.Verdict, r.Reasons = Fail, []string{"the case passes, and was expected to fail: " + reason}
	case r.Verdict == Pass:
		r.Verdict = XPass
	default:
		return r
	}
	r.Expected = reason
	return r
}
