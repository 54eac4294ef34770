// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/rig"
)

// GuestsPerCPU is how many guests an exploration has for each processor: a held transition is tried again after a second or two (HZ in
// klp_try_complete_transition of kernel/livepatch/transition.c). Its guest
// sleeps meanwhile, and others can use the processor.
const GuestsPerCPU = 4

// Runner runs cases on kernels.
type Runner struct {
	Cache   *cache.Cache
	Options rig.Options
	Results Recorder // may be nil
}

// Recorder keeps the results of each run on a kernel.
type Recorder interface {
	Begin(on *rig.Rig, list []*casefile.Case) error
	Case(*casefile.Case, judge.Result) error
	// End is told why the run ended early, or nil. It returns that, and what
	// went wrong with keeping the results.
	End(error) error
}

// forgetful keeps nothing.
type forgetful struct{}

func (forgetful) Begin(*rig.Rig, []*casefile.Case) error  { return nil }
func (forgetful) Case(*casefile.Case, judge.Result) error { return nil }
func (forgetful) End(err error) error                     { return err }

// Run runs the cases on a kernel. That no case can be run on it, say because the
// modules do not build against it, is an ERROR of the next case, and no reason not to
// try other kernels.
func (r Runner) Run(ctx context.Context, k *images.Kernel, list []*casefile.Case) ([]judge.Result, error) {
	results, err := r.while(ctx, k, list, func(judge.Result) bool { return true })
	if _, ok := errors.AsType[rig.Unfit](err); ok && len(results) < len(list) {
		return append(results, judge.Broken(list[len(results)], err)), nil
	}
	return results, err
}

// RunUntilFail is Run, but ends with the first FAIL.
func (r Runner) RunUntilFail(ctx context.Context, k *images.Kernel, list []*casefile.Case) ([]judge.Result, error) {
	return r.while(ctx, k, list, noFail)
}

func noFail(res judge.Result) bool { return res.Verdict != judge.Fail }

// while runs the cases as long as more returns true.
func (r Runner) while(ctx context.Context, k *images.Kernel, list []*casefile.Case, more func(judge.Result) bool) (results []judge.Result, err error) {
	o := r.Options
	keep := r.Results
	if keep == nil {
		keep, o.Lean = forgetful{}, true
	}
	on, err := rig.New(ctx, r.Cache, k, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = blame.Join(err, on.Close()) }()
	if err := keep.Begin(on, list); err != nil {
		return nil, err
	}
	for res, err := range on.RunCases(ctx, list) {
		if err == nil {
			err = keep.Case(list[len(results)], res)
		}
		if err != nil {
			return results, keep.End(err)
		}
		if results = append(results, res); !more(res) {
			break
		}
	}
	return results, keep.End(nil)
}

// Explore explores a kernel. It fills in the release and the jobs of the
// options.
func (r Runner) Explore(ctx context.Context, k *images.Kernel, o explore.Options) (rep explore.Report, err error) {
	ro := r.Options
	ro.Guests = rig.Reused
	if ro.Jobs == 0 {
		ro.Jobs = rig.SideBySide(ro.Memory, GuestsPerCPU)
	}
	on, err := rig.New(ctx, r.Cache, k, ro)
	if err != nil {
		return rep, err
	}
	defer func() { err = blame.Join(err, on.Close()) }()
	o.Release, o.Jobs = k.Release, ro.Jobs
	rep, err = explore.Explore(ctx, o, on.RunCases, on.RunCasesFresh)
	return rep, blame.Join(err, context.Cause(ctx))
}
