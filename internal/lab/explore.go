// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/rig"
)

// Opener makes a rig for the kernel to explore.
type Opener func(context.Context, rig.Options) (*rig.Rig, error)

// Explore explores a kernel; see ExploreOn.
func (r Runner) Explore(ctx context.Context, k *images.Kernel, o explore.Options) (explore.Report, error) {
	return r.ExploreOn(ctx, func(ctx context.Context, ro rig.Options) (*rig.Rig, error) { return rig.New(ctx, r.Cache, k, ro) }, o)
}

// ExploreOn explores the kernel of a rig. It fills in the release and the jobs of the
// options, and keeps its findings as a result; see [exploredAs].
func (r Runner) ExploreOn(ctx context.Context, open Opener, o explore.Options) (rep explore.Report, err error) {
	ro := r.Options
	ro.Guests, ro.FixedPace = rig.Reused, true
	on, err := open(ctx, ro)
	if err != nil {
		return rep, err
	}
	defer func() { err = blame.Join(err, on.Close()) }()
	o.Release, o.Jobs = on.Kernel().Release, on.Jobs(nil)
	counted := &counting{on.Gcov(), gcov.Counters{}}
	if counted.kernel != nil {
		o.Ran = counted.ran
	}
	rep, err = explore.Explore(ctx, o, on.RunCases, on.RunCasesFresh)
	err = blame.Join(err, context.Cause(ctx))
	files, countErr := counted.files(context.WithoutCancel(ctx))
	return rep, r.keep(ctx, on, rep, o.Skip, files, blame.Join(err, countErr))
}

// keep records the result of an exploration, which err may have ended early, and what it
// has run. It returns err, joined with any error of recording.
func (r Runner) keep(ctx context.Context, on *rig.Rig, rep explore.Report, skipped int, ran []gcov.File, err error) error {
	keep := r.recorder()
	c, res := exploredAs(rep, skipped)
	var list []*casefile.Case
	if c != nil {
		list = []*casefile.Case{c}
	}
	if lost := keep.Begin(ctx, on, list); lost != nil {
		return blame.Join(err, lost)
	}
	if c != nil {
		err = blame.Join(err, keep.Case(c, res))
	}
	keep.Ran(ran)
	return keep.End(err)
}

// exploredAs returns the findings of an exploration as a case and its result. A difference
// is a case that fails; otherwise the exploration itself is the case. There is none if no
// sequence was run.
func exploredAs(rep explore.Report, skipped int) (*casefile.Case, judge.Result) {
	if d := rep.Difference; d != nil {
		return d.Case, d.Result
	}
	c := &casefile.Case{Name: "explore", File: "explore", Title: "Made-up sequences, on the kernel and on the model"}
	res := judge.Result{Name: c.Name, Title: c.Title, File: c.File, Verdict: judge.Pass, Duration: rep.Elapsed}
	switch {
	case rep.Sequences <= skipped:
		return nil, res
	case rep.Unjudged > 0:
		res.Verdict, res.Reasons = judge.Error, []string{rep.Progress.String()}
	}
	return c, res
}
