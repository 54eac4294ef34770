// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"time"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/kmods"
)

// Events hears how a run goes; see internal/report.
type Events interface {
	Start(name string)
	Step(name, step string)
	Case(cases.Result) error
}

// runner runs cases on the guests of a pool.
type runner struct {
	pool    *pool
	modules func(context.Context, *cases.Case) ([]kmods.Module, error)
	def     shape  // for what a case does not say
	keep    func() // called when something failed: the logs are wanted
}

// run runs the cases one after the other. It returns early only when ctx ends
// or a result cannot be reported.
func (r *runner) run(ctx context.Context, list []*cases.Case, ev Events) ([]cases.Result, error) {
	var results []cases.Result
	for _, c := range list {
		ev.Start(c.Name)
		started := time.Now()
		res := r.runCase(ctx, c, func(step string) { ev.Step(c.Name, step) })
		if ctx.Err() != nil {
			return results, context.Cause(ctx)
		}
		res.Duration = time.Since(started)
		results = append(results, res)
		if err := ev.Case(res); err != nil {
			return results, err
		}
	}
	return results, nil
}

func (r *runner) runCase(ctx context.Context, c *cases.Case, step func(string)) cases.Result {
	s := r.shapeOf(c)
	step("boot")
	g, err := r.pool.get(ctx, s)
	if err != nil {
		return cases.Broken(c, err)
	}
	step("build modules")
	modules, err := r.modules(ctx, c)
	if err != nil {
		return cases.Broken(c, err)
	}
	step("copy modules")
	if err := g.put(ctx, modules); err != nil {
		r.discard(s)
		return cases.Broken(c, err)
	}
	res := cases.Run(ctx, g.machine(step), c)
	if ctx.Err() == nil && (res.Verdict == cases.Fail || res.Verdict == cases.Error) {
		res.Log, res.QEMU = g.traces()
		r.keep()
	}
	if !reusable(c, res) {
		r.discard(s)
	}
	return res
}

// discard ends a guest that no case may use any more. That it does not end
// cleanly is no news about the case.
func (r *runner) discard(s shape) {
	_ = r.pool.discard(s)
}

func (r *runner) shapeOf(c *cases.Case) shape {
	s := r.def
	if c.CPUs != 0 {
		s.cpus = c.CPUs
	}
	if c.Memory != 0 {
		s.memory = c.Memory
	}
	return s
}

// reusable tells whether the guest is as it was before the case: its end
// state has been checked, and nothing was allowed to stay.
func reusable(c *cases.Case, res cases.Result) bool {
	if res.Verdict == cases.Skip {
		return true
	}
	return res.Verdict == cases.Pass && c.Taints == 0 && len(c.Leaves) == 0
}
