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
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/rig"
)

// Runner runs cases on kernels.
type Runner struct {
	Cache   *cache.Cache
	Options rig.Options
	Results Recorder // may be nil
}

// Recorder keeps the results of each run on a kernel.
type Recorder interface {
	Begin(ctx context.Context, on *rig.Rig, list []*casefile.Case) error
	Case(*casefile.Case, judge.Result) error
	// Ran is told what the run has run of the kernel's source; nil: it is not known.
	Ran([]gcov.File)
	// End is told why the run ended early, or nil. It returns that, and what
	// went wrong with keeping the results.
	End(error) error
}

// forgetful keeps nothing.
type forgetful struct{}

func (forgetful) Begin(context.Context, *rig.Rig, []*casefile.Case) error { return nil }
func (forgetful) Case(*casefile.Case, judge.Result) error                 { return nil }
func (forgetful) Ran([]gcov.File)                                         {}
func (forgetful) End(err error) error                                     { return err }

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

func (r Runner) recorder() Recorder {
	if r.Results == nil {
		return forgetful{}
	}
	return r.Results
}

// while runs the cases as long as more returns true.
func (r Runner) while(ctx context.Context, k *images.Kernel, list []*casefile.Case, more func(judge.Result) bool) (results []judge.Result, err error) {
	o, keep := r.Options, r.recorder()
	o.Lean = r.Results == nil
	on, err := rig.New(ctx, r.Cache, k, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = blame.Join(err, on.Close()) }()
	if err := keep.Begin(ctx, on, list); err != nil {
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
