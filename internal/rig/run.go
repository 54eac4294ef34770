// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"sync"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/kmods"
)

// Events hears how a run goes; see internal/report. Calls do not overlap.
// Case comes in the order of the cases; Start and Step come as it happens,
// from several cases in turn when they run side by side.
type Events interface {
	Start(name string)
	Step(name, step string)
	Case(judge.Result) error
}

// runner runs cases on the guests of a source.
type runner struct {
	source  source
	fresh   source // of the guests on which results are tried again; none is reused
	modules func(context.Context, *casefile.Case) ([]kmods.Module, error)
	def     shape // for what a case does not say
	jobs    int   // cases that run side by side; 0 is 1
	lean    bool  // results come without their observations
	confirm uint  // how often a FAIL is run again

	mu        sync.Mutex // guards what follows
	allowance allowance
}

// run runs the cases. It returns early only when ctx ends or a result cannot
// be reported; the results are those that were reported.
func (r *runner) run(ctx context.Context, list []*casefile.Case, ev Events) ([]judge.Result, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	ev = &serial{ev: ev}
	done, wait := r.start(inner, list, ev)
	defer wait()
	defer cancel()
	var results []judge.Result
	for i := range list {
		res := <-done[i]
		if res.Verdict == "" {
			return results, context.Cause(ctx)
		}
		results = append(results, res)
		if err := ev.Case(res); err != nil {
			return results, err
		}
	}
	return results, nil
}

// start runs the cases in the background, each result in a channel of its
// own. A case that ctx does not let end has a result without a verdict.
func (r *runner) start(ctx context.Context, list []*casefile.Case, ev Events) (done []chan judge.Result, wait func()) {
	next := make(chan int, len(list))
	for i := range list {
		done = append(done, make(chan judge.Result, 1))
		next <- i
	}
	close(next)
	var workers sync.WaitGroup
	for range max(1, r.jobs) {
		workers.Go(func() {
			for i := range next {
				done[i] <- r.runTimed(ctx, list[i], ev)
			}
		})
	}
	return done, workers.Wait
}

// runTimed runs a case, and again as far as its result must be tried again.
func (r *runner) runTimed(ctx context.Context, c *casefile.Case, ev Events) judge.Result {
	if ctx.Err() != nil {
		return judge.Result{}
	}
	ev.Start(c.Name)
	a := &attempts{runner: r, c: c, step: func(step string) { ev.Step(c.Name, step) }}
	res := a.first(ctx)
	if ctx.Err() != nil {
		return judge.Result{}
	}
	return a.settle(ctx, res)
}

// runCase runs a case once, on a guest of the source.
func (r *runner) runCase(ctx context.Context, from source, c *casefile.Case, keep bool, step func(string)) judge.Result {
	started := time.Now()
	res := r.runOnce(ctx, from, c, keep, step)
	res.Duration = time.Since(started)
	if r.lean {
		res.Observation, res.Observed = judge.Observation{}, ""
	}
	return res
}

func (r *runner) runOnce(ctx context.Context, from source, c *casefile.Case, keep bool, step func(string)) judge.Result {
	s := r.def.of(c)
	step("start a guest")
	g, used, err := from.get(ctx, s)
	if err != nil {
		return judge.Broken(c, err)
	}
	res := r.runOn(ctx, g, c, step)
	res.Confirmation.Shared = used
	if keep && ctx.Err() == nil && (res.Verdict == judge.Fail || res.Verdict == judge.Error) {
		res.Log, res.QEMU = g.preserve()
	}
	from.put(s, g, reusable(c, res))
	return res
}

func (r *runner) runOn(ctx context.Context, g instance, c *casefile.Case, step func(string)) judge.Result {
	step("build modules")
	modules, err := r.modules(ctx, c)
	if err != nil {
		return judge.Broken(c, err)
	}
	step("copy modules")
	if err := g.put(ctx, modules); err != nil {
		return judge.Broken(c, err)
	}
	return judge.Run(ctx, g.machine(step), c)
}

// reusable tells whether the guest is as it was before the case: its end
// state has been checked, and nothing was allowed to stay.
func reusable(c *casefile.Case, res judge.Result) bool {
	if res.Verdict == judge.Skip {
		return true
	}
	return res.Verdict == judge.Pass && c.Taints == 0 && len(c.Leaves) == 0 && !c.LeavesProcesses()
}

// serial hands events on one at a time.
type serial struct {
	mu sync.Mutex
	ev Events
}

func (s *serial) Start(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ev.Start(name)
}

func (s *serial) Step(name, step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ev.Step(name, step)
}

func (s *serial) Case(res judge.Result) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ev.Case(res)
}
