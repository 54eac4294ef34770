// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"errors"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// Broken is the result of a case that could not be run, or not to its end:
// who is to blame for the error decides the verdict.
func Broken(c *Case, err error) Result {
	res := newResult(c)
	res.Verdict = Error
	if blame.Of(err) == blame.Kernel {
		res.Verdict = Fail
	}
	for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
		res.Reasons = append(res.Reasons, escape(line))
	}
	var e *blame.Error
	if errors.As(err, &e) {
		res.Advice, res.Tail, res.Log = e.Advice, e.Tail, e.Path
	}
	return res
}

func newResult(c *Case) Result {
	return Result{Name: c.Name, Title: c.Title, File: c.File}
}

// conclude makes a result of what was seen and of the error that ended it.
// After an error, what is missing says nothing; a splat does.
func conclude(c *Case, o Observation, err error) Result {
	f := Judge(c, o)
	res := newResult(c)
	res.Verdict, res.Reasons = f.Verdict, f.Reasons
	if err != nil {
		res = Broken(c, err)
		if len(f.splats) > 0 {
			res.Verdict = Fail
		}
		res.Reasons = slices.Concat(f.splats, res.Reasons)
	}
	if res.Verdict == Fail {
		res.Diff = f.Diff
	}
	res.Observed, res.Observation = f.Observed, o
	return res
}
