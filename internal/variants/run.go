// SPDX-License-Identifier: Apache-2.0

package variants

import (
	"context"
	"time"

	"github.com/klptest/klptest/cases/judge"
)

// Lab builds kernels and runs cases on them.
type Lab interface {
	// Try builds the kernel and runs only those cases; without any, it runs all.
	Try(ctx context.Context, k Kernel, only []judge.ID) Trial
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

// noTrial stands for a kernel that cannot be tried, among the cases.
var noTrial = judge.ID{Name: "(build)"}

// failures returns the cases that ended in a FAIL or an ERROR.
func (t Trial) failures() (list []judge.ID) {
	if t.Err != nil {
		return []judge.ID{noTrial}
	}
	for _, r := range t.Results {
		if r.Verdict == judge.Fail || r.Verdict == judge.Error {
			list = append(list, r.ID())
		}
	}
	return list
}

// naming tells the cases of all trials apart.
func naming(trials []Trial) judge.Naming {
	names := judge.Naming{}
	for _, t := range trials {
		for _, r := range t.Results {
			names.Add(r.ID())
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
