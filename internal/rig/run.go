// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/kmods"
)

// Progress receives the steps of the tests of a run as they happen. Calls for tests
// that run in parallel are interleaved, but do not overlap.
type Progress interface {
	Start(name string)
	Step(name, step string)
}

// runner runs tests on the guests of a source.
type runner struct {
	source  source
	fresh   source // of the guests for trying results again; none is reused
	builder builder
	def     shape // for what a test does not set
	pace    *pace // of the tests that run in parallel
	lean    bool  // results have no observations
	proven  bool  // on a guest that has served other tests, only a PASS or a SKIP counts
	confirm uint  // how often a FAIL is run again

	giveUp context.CancelCauseFunc // ends the current run

	progress Progress   // may be nil
	hear     sync.Mutex // held during calls of progress

	mu        sync.Mutex // guards what follows
	allowance allowance
}

// builder builds the modules that a test loads.
type builder interface {
	of(context.Context, Test) ([]kmods.Module, error)
}

// run runs the tests and yields their results in order; see [Rig.Run].
func (r *runner) run(ctx context.Context, list []Test) iter.Seq2[judge.Result, error] {
	return func(yield func(judge.Result, error) bool) {
		inner, cancel := context.WithCancelCause(ctx)
		r.giveUp = cancel
		done, wait := r.start(inner, list)
		defer wait()
		defer cancel(nil)
		for i := range list {
			res := <-done[i]
			if res.Verdict == "" {
				yield(res, context.Cause(inner))
				return
			}
			if !yield(res, nil) {
				return
			}
		}
	}
}

// start runs the tests in the background. Each result arrives in its own channel; a
// test that ctx cuts short has a result without a verdict.
func (r *runner) start(ctx context.Context, list []Test) (done []chan judge.Result, wait func()) {
	next := make(chan int, len(list))
	for i := range list {
		done = append(done, make(chan judge.Result, 1))
		next <- i
	}
	close(next)
	var workers sync.WaitGroup
	for range min(r.pace.most, len(list)) {
		workers.Go(func() {
			for r.pace.begin(ctx) {
				i, more := <-next // after begin, so that the tests begin in order
				if more {
					done[i] <- r.runTimed(ctx, list[i])
				}
				r.pace.end()
				if !more {
					return
				}
			}
			for i := range next { // ctx is done
				done[i] <- judge.Result{}
			}
		})
	}
	following, cancel := context.WithCancel(ctx)
	var follower sync.WaitGroup
	follower.Go(func() { r.pace.follow(following) })
	return done, func() {
		workers.Wait()
		cancel()
		follower.Wait()
	}
}

// runTimed runs a test, and runs it again if its result is not final.
func (r *runner) runTimed(ctx context.Context, t Test) judge.Result {
	if ctx.Err() != nil {
		return judge.Result{}
	}
	r.started(t.Name())
	a := &attempts{runner: r, test: t, step: func(step string) { r.stepped(t.Name(), step) }}
	res := a.first(ctx)
	if ctx.Err() != nil {
		return judge.Result{}
	}
	res = a.settle(ctx, res)
	if ctx.Err() != nil && res.Transient {
		return judge.Result{} // another attempt was needed
	}
	return res
}

// runCase runs a test once, on a guest of the source. Time that only the first test
// of a run waits does not count, so that it compares with later ones.
func (r *runner) runCase(ctx context.Context, from source, t Test, keep bool, step func(string)) judge.Result {
	started := time.Now()
	ctx, aside := withAside(ctx)
	res := r.runOnce(ctx, from, t, keep, step)
	res.Duration = time.Since(started) - aside.total()
	if r.lean {
		res.Observation, res.Observed = judge.Observation{}, ""
	}
	return res
}

func (r *runner) runOnce(ctx context.Context, from source, t Test, keep bool, step func(string)) judge.Result {
	s := r.def.of(t)
	step("start a guest")
	g, used, err := from.get(ctx, s)
	if err != nil {
		return r.broken(t, err)
	}
	over := r.pace.on(g)
	res := r.runOn(ctx, g, t, step)
	over()
	res.Confirmation.Shared = used
	if keep && ctx.Err() == nil && (res.Verdict == judge.Fail || res.Verdict == judge.Error) {
		log, qemu := g.preserve()
		res.Log, res.QEMU = cmp.Or(res.Log, log), qemu
	}
	from.put(s, g, t.LeavesClean(res))
	return res
}

func (r *runner) runOn(ctx context.Context, g instance, t Test, step func(string)) judge.Result {
	m := g.machine(t.Name(), step)
	if res, skip := t.Skipped(ctx, m); skip {
		return res
	}
	step("build modules")
	modules, err := r.builder.of(ctx, t)
	if err != nil {
		return withLog(r.broken(t, err), g, err)
	}
	step("copy modules")
	err = g.put(ctx, modules)
	if c, ok := t.(Carrier); ok && err == nil {
		err = g.putFiles(ctx, c.Files())
	}
	if err != nil {
		return t.Broken(err)
	}
	res := t.Run(ctx, m)
	if c, ok := m.(counter); ok {
		res.Counters = c.counters()
	}
	return res
}

// withLog keeps the whole output of a failed build.
func withLog(res judge.Result, g instance, err error) judge.Result {
	if f, ok := errors.AsType[kmods.Failure](err); ok {
		res.Log = g.attach("build.log", f.Log)
	}
	return res
}

// started reports that a test starts.
func (r *runner) started(name string) {
	r.hear.Lock()
	defer r.hear.Unlock()
	if r.progress != nil {
		r.progress.Start(name)
	}
}

// stepped reports what a test does now.
func (r *runner) stepped(name, step string) {
	r.hear.Lock()
	defer r.hear.Unlock()
	if r.progress != nil {
		r.progress.Step(name, step)
	}
}

// Collect returns all results of a run, and the error that ended it early.
func Collect(results iter.Seq2[judge.Result, error]) (list []judge.Result, err error) {
	for res, err := range results {
		if err != nil {
			return list, err
		}
		list = append(list, res)
	}
	return list, nil
}
