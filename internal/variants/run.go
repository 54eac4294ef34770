// SPDX-License-Identifier: Apache-2.0

package variants

import (
	"context"
	"time"

	"github.com/klptest/klptest/cases/judge"
)

// Lab builds kernels and runs cases on them.
type Lab interface {
	// Try builds the kernel and runs the cases of those names, or all.
	Try(ctx context.Context, k Kernel, only []string) Trial
}

// Trial is the outcome of a kernel.
type Trial struct {
	Kernel
	Built   time.Duration // how long the build took
	Results []judge.Result
	Err     error // it was not built, or no case could be run
}

// Run tries the kernels one after another, and tells of each. It ends early
// only when ctx does.
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

// noTrial stands, among the names of cases, for a kernel that cannot be tried.
const noTrial = "(build)"

// failures are the cases that did not end as they should.
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

// count is the number of results with a verdict.
func (t Trial) count(v judge.Verdict) (n int) {
	for _, r := range t.Results {
		if r.Verdict == v {
			n++
		}
	}
	return n
}
