// SPDX-License-Identifier: Apache-2.0

package variants

import (
	"context"
	"time"

	"github.com/klptest/klptest/cases/judge"
)

// Lab builds kernels and runs cases on them.
type Lab interface {
	// Try builds the kernel and runs the named cases, or all.
	Try(ctx context.Context, k Kernel, only []string) Trial
}

// Trial is the outcome for a kernel.
type Trial struct {
	Kernel
	Built   time.Duration // how long the build took
	Results []judge.Result
	Err     error // the kernel was not built, or no case could be run
}

// Run tries the kernels one after another, and calls tell after each. It ends early
// only if ctx does.
func Run(ctx context.Context, lab Lab, list []Kernel, tell func(Trial)) ([]Trial, error) {
	var trials []Trial
	for _, k := range list {
		t := lab.Try(ctx, k, nil)
		if ctx.Err() != nil {
			return trials, context.Cause(ctx)
		}
		trials = append(trials, t)
		tell(t)
	}
	return trials, nil
}

// noTrial stands for a kernel that cannot be tried, among the names of cases.
const noTrial = "(build)"

// failures returns the cases that ended in a FAIL or an ERROR.
func (t Trial) failures() (names []string) {
	if t.Err != nil {
		return []string{noTrial}
	}
	for _, r := range t.Results {
		if r.Verdict == judge.Fail || r.Verdict == judge.Error {
			names = append(names, r.Name)
		}
	}
	return names
}

// count returns the number of results with a verdict.
func (t Trial) count(v judge.Verdict) (n int) {
	for _, r := range t.Results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}
