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
	Cache     *cache.Cache
	Options   rig.Options
	Results   Recorder   // may be nil
	Selftests *Selftests // run after the cases of a commit or a patch; nil: none
}

// Recorder keeps the results of each run on a kernel.
type Recorder interface {
	Begin(ctx context.Context, on *rig.Rig, list []*casefile.Case) error
	BeginSelftests(ctx context.Context, on *rig.Rig, scripts []string) error
	// Case keeps a result; the case of a selftest is nil.
	Case(*casefile.Case, judge.Result) error
	// Ran keeps which parts of the kernel's source the run has executed; nil: unknown.
	Ran([]gcov.File)
	// End gets the error that ended the run early, or nil. It returns that error, joined
	// with any error of keeping the results.
	End(error) error
}

// forgetful keeps nothing.
type forgetful struct{}

func (forgetful) Begin(context.Context, *rig.Rig, []*casefile.Case) error  { return nil }
func (forgetful) BeginSelftests(context.Context, *rig.Rig, []string) error { return nil }
func (forgetful) Case(*casefile.Case, judge.Result) error                  { return nil }
func (forgetful) Ran([]gcov.File)                                          {}
func (forgetful) End(err error) error                                      { return err }

// Run runs the cases on a kernel. If no case can run on it, say because the modules do not
// build against it, the next case gets an ERROR; other kernels can still be tried.
func (r Runner) Run(ctx context.Context, k *images.Kernel, list []*casefile.Case) ([]judge.Result, error) {
	return r.run(ctx, k, ofCases(list))
}

func (r Runner) run(ctx context.Context, k *images.Kernel, b batch) ([]judge.Result, error) {
	results, err := r.while(ctx, k, b, func(judge.Result) bool { return true })
	if _, ok := errors.AsType[rig.Unfit](err); ok && len(results) < len(b.tests) {
		return append(results, b.tests[len(results)].Broken(err)), nil
	}
	return results, err
}

// RunUntilFail is Run, but ends with the first FAIL. If no case can run on the kernel,
// that is its error.
func (r Runner) RunUntilFail(ctx context.Context, k *images.Kernel, list []*casefile.Case) ([]judge.Result, error) {
	return r.while(ctx, k, ofCases(list), noFail)
}

// batch is the tests of one run on a kernel.
type batch struct {
	tests []rig.Test
	cases []*casefile.Case // the tests' cases; nil: the tests are selftests
}

func ofCases(list []*casefile.Case) batch { return batch{rig.Cases(list), list} }

func (b batch) begin(ctx context.Context, keep Recorder, on *rig.Rig) error {
	if b.cases != nil {
		return keep.Begin(ctx, on, b.cases)
	}
	var names []string
	for _, t := range b.tests {
		names = append(names, t.Name())
	}
	return keep.BeginSelftests(ctx, on, names)
}

// caseOf returns the case of a test, or nil.
func (b batch) caseOf(i int) *casefile.Case {
	if b.cases == nil {
		return nil
	}
	return b.cases[i]
}

func noFail(res judge.Result) bool { return res.Verdict != judge.Fail }

func (r Runner) recorder() Recorder {
	if r.Results == nil {
		return forgetful{}
	}
	return r.Results
}

// while runs the tests as long as more returns true.
func (r Runner) while(ctx context.Context, k *images.Kernel, b batch, more func(judge.Result) bool) (results []judge.Result, err error) {
	o, keep := r.Options, r.recorder()
	o.Lean = r.Results == nil
	on, err := rig.New(ctx, r.Cache, k, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = blame.Join(err, on.Close()) }()
	if err := b.begin(ctx, keep, on); err != nil {
		return nil, err
	}
	for res, err := range on.Run(ctx, b.tests) {
		if err == nil {
			err = keep.Case(b.caseOf(len(results)), res)
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
