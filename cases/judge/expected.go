// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
)

// The verdicts on a case that is known to fail on the kernel; see
// [casefile.Tolerance].
const (
	XFail Verdict = "XFAIL" // it failed, as expected
	XPass Verdict = "XPASS" // it passed
)

// expecting adjusts a result on a kernel on which the case is known to fail. A failure
// that is not the one that a Symptom names stays a FAIL, and so does one with another
// splat. Nothing else tells a second fault from a consequence of the first: a warning
// taints the kernel and shifts the log, and a transition that does not end leaves modules.
func (r Result) expecting(c *casefile.Case, f machine.Facts, splats []klog.Entry) Result {
	reason := c.FailsOn(f)
	if reason == "" || c.Tolerance == casefile.Intolerant {
		return r
	}
	switch others := besides(c.Symptom, splats); {
	case r.Verdict == Fail && r.Reported == NotAsReported:
		return r
	case r.Verdict == Fail && len(others) > 0:
		r.Reasons = slices.Insert(r.Reasons, 0, "besides the known failure: "+splatLine(others[0]))
		return r
	case r.Verdict == Fail:
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
