// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"errors"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/gcov"
)

// Runner runs cases on the kernel under test, and yields each result as it
// comes, in the order of the cases. An error is the last thing that it yields.
type Runner func(ctx context.Context, list []*casefile.Case) iter.Seq2[judge.Result, error]

// SomePatches is a good number of livepatches: a third one can take over from
// two installed ones.
const SomePatches = 3

// How many sequences each job gets between two looks at the clock. Guided batches are
// small: what is learnt from one shows in the next.
const (
	batchPerJob  = 10
	guidedPerJob = 3
)

// Options say what to explore. Progress, Dir and Counting are optional.
type Options struct {
	Release  string         // of the kernel under test, for the model
	Patches  int            // how many livepatches may be loaded at once, 1 to 7
	Depth    int            // how deep to try every operation in every model state; 0: random sequences, without end
	Seed     uint64         // of the random ones
	Skip     int            // how many leading sequences to skip; an earlier run has done them
	Budget   time.Duration  // when to end, whatever is being done then
	Jobs     int            // cases that the runner runs side by side
	Dir      string         // where the reproducer will lie; empty: the working directory
	Progress func(Progress) // is told of each sequence, and of the work on a difference
	Faults   bool           // in random sequences, calls made by livepatch may fail
	Counting
}

// Counting is for a kernel that counts which lines of its source run. With candidates,
// sequences then depend on what earlier ones have run.
type Counting struct {
	// Ran tells what a sequence has run; nil: the kernel does not count.
	Ran        func(context.Context, judge.Result) ([]gcov.File, error)
	Candidates int         // how many sequences the model plays for each that the kernel runs; 0, 1: all are random
	Mutated    int         // of 100 candidates, how many change a sequence that has reached something new
	Before     []gcov.File // what others have run; nil: nothing
}

// Report is the result of an exploration.
type Report struct {
	Progress
	Whole      bool        // every sequence was skipped, or was run and judged without a difference
	Difference *Difference // nil: kernel and model agree
	Finds      []Find      // the sequences that have reached something new
}

// explorer is one exploration.
type explorer struct {
	Options
	run     Runner
	fresh   Runner
	started time.Time
	report  Report
	covered coverage
	known   coverage
	reached reach    // of the kernel's source
	before  reach    // by others
	corpus  corpus   // sequences that have reached something new
	made    coverage // by guided sequences
	seen    novelty  // in guided sequences
	cut     bool     // the last batch was cut short
}

// errBudget is the cause with which a run is cut short when time is up. Callers never see
// it.
var errBudget = errors.New("the budget is spent")

// Explore runs sequences until one differs, all were run, or time is up. The
// machines of run may have served other cases that left them clean. A
// difference is tried again with fresh, whose machines are as after a boot. The
// error is the runner's, or says that no sequence of a batch was judged.
func Explore(ctx context.Context, o Options, run, fresh Runner) (Report, error) {
	x := &explorer{Options: o, run: run, fresh: fresh, started: time.Now(), covered: coverage{}, known: coverage{}, reached: reach{}, before: reach{}, made: coverage{}, seen: novelty{}}
	x.before.add(placesOf(o.Before))
	ctx, cancel := context.WithDeadlineCause(ctx, x.started.Add(o.Budget), errBudget)
	defer cancel()
	rep, err := x.explore(ctx)
	if errors.Is(err, errBudget) {
		err = nil
	}
	return rep, err
}

func (x *explorer) explore(ctx context.Context) (Report, error) {
	if _, err := newScript(x.Release); err != nil {
		return Report{}, err
	}
	var batch []sequence
	for ops := range x.sequences(ctx) {
		if ctx.Err() != nil {
			return x.report, context.Cause(ctx)
		}
		q, ok := x.sequence(ops)
		if !ok {
			x.report.LeftOut++
			continue
		}
		if x.skipped(q) {
			continue
		}
		batch = append(batch, q)
		if len(batch) < x.batchSize() {
			continue
		}
		if err := x.runBatch(ctx, batch); err != nil || x.report.Difference != nil {
			return x.report, err
		}
		batch = batch[:0]
	}
	if ctx.Err() != nil {
		return x.report, context.Cause(ctx)
	}
	err := x.runBatch(ctx, batch)
	x.report.Whole = err == nil && !x.cut && x.report.Difference == nil && x.report.Unjudged == 0
	return x.report, err
}

// sequences yields the sequences of the strategy. They do not depend on the kernel's
// answers, unless it counts what it runs.
func (x *explorer) sequences(ctx context.Context) iter.Seq[[]string] {
	over := func() bool { return ctx.Err() != nil }
	if x.Depth > 0 {
		sp := small(x.Patches)
		x.known, x.report.All = survey(sp, x.Release, x.Depth, over)
		return exhaustive(sp, x.Release, x.Depth)
	}
	sp := large(x.Patches)
	sp.faults = x.Faults
	x.known = scout(sp, x.Release, over)
	if x.Ran != nil && x.Candidates > 1 {
		return x.guided(sp)
	}
	rng, made := rand.New(rand.NewPCG(x.Seed, 0)), coverage{}
	return func(yield func([]string) bool) {
		for yield(random(sp, begin(x.Release), rng, made).ops) {
		}
	}
}

// batchSize is how many sequences are run between two looks at the clock.
func (x *explorer) batchSize() int {
	if x.Ran != nil {
		return guidedPerJob * x.Jobs
	}
	return batchPerJob * x.Jobs
}

// sequence makes a case of operations. After them, the case reads sysfs and undoes
// everything.
func (x *explorer) sequence(ops []string) (sequence, bool) {
	s, err := newScript(x.Release)
	if err != nil || !s.follow(ops) || !s.follow(s.sweep()) {
		return sequence{}, false
	}
	s.drain()
	q, ok := s.write(x.Dir, "A made-up sequence.")
	q.ops = ops
	return q, ok
}

// Sample returns that many random sequences of each kind. In the plain ones every
// transition ends at once. In the others, one is held for a time and then takes as long
// as the kernel waits between two attempts, about a second.
func Sample(o Options, each int) (plain, held []*casefile.Case, err error) {
	if _, err := newScript(o.Release); err != nil {
		return nil, nil, err
	}
	x := &explorer{Options: o, known: coverage{}}
	for ops := range x.sequences(context.Background()) {
		switch q, ok := x.sequence(ops); {
		case ok && q.held && len(held) < each:
			held = append(held, q.c)
		case ok && !q.held && len(plain) < each:
			plain = append(plain, q.c)
		}
		if len(plain) == each && len(held) == each {
			break
		}
	}
	return plain, held, nil
}
