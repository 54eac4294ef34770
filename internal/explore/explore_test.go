// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/model"
)

// onModel runs each case on a fresh machine, which wrap may change.
func onModel(release string, wrap func(machine.Machine) machine.Machine) Runner {
	return running(func(ctx context.Context, _ int, c *casefile.Case) judge.Result {
		m, err := model.New(release)
		if err != nil {
			return judge.Broken(c, err)
		}
		return judge.Run(ctx, wrap(m), c)
	})
}

// onRightModel runs a case on the model that it was made with.
func onRightModel(ctx context.Context, c *casefile.Case) judge.Result {
	m, err := model.New("6.12")
	if err != nil {
		return judge.Broken(c, err)
	}
	return judge.Run(ctx, m, c)
}

// running makes a Runner of a function that gets the number of cases run before.
// Like the rig, it yields the cause when ctx ends a run.
func running(one func(ctx context.Context, n int, c *casefile.Case) judge.Result) Runner {
	n := 0
	return func(ctx context.Context, list []*casefile.Case) iter.Seq2[judge.Result, error] {
		return func(yield func(judge.Result, error) bool) {
			for _, c := range list {
				res := one(ctx, n, c)
				if ctx.Err() != nil {
					yield(judge.Result{}, context.Cause(ctx))
					return
				}
				if !yield(res, nil) {
					return
				}
				n++
			}
		}
	}
}

func same(m machine.Machine) machine.Machine { return m }

func options(depth int) Options {
	return Options{Release: "6.12", Patches: 2, Depth: depth, Seed: 1, Budget: time.Hour, Jobs: 2}
}

func TestNoDifference(t *testing.T) {
	o := options(2)
	o.Patches = 1
	got, err := Explore(t.Context(), o, onModel("6.12", same), onModel("6.12", same))
	if err != nil || got.Difference != nil || !got.Whole || got.Unjudged != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.Sequences > got.All || got.Sequences < got.All-10 {
		t.Errorf("%d of %d sequences", got.Sequences, got.All)
	}
	if got.Transitions < 50 || got.Transitions != got.Known || got.Operations < 4*got.Sequences {
		t.Errorf("%+v", got)
	}
}

// TestSeed: the same seed makes the same sequences, and another seed makes others.
func TestSeed(t *testing.T) {
	run := func(seed uint64) (list [][]string) {
		rng := rand.New(rand.NewPCG(seed, 0))
		c := coverage{}
		for range 20 {
			list = append(list, random(large(3), begin("6.12"), rng, c).ops)
		}
		return list
	}
	if d := cmp.Diff(run(1), run(1)); d != "" {
		t.Error(d)
	}
	if cmp.Equal(run(1), run(2)) {
		t.Error("the seed makes no difference")
	}
}

// TestUnjudged: sequences that the rig could not judge are counted, and the first
// reason is given.
func TestUnjudged(t *testing.T) {
	worn := running(func(ctx context.Context, n int, c *casefile.Case) judge.Result {
		if n > 0 {
			return judge.Broken(c, fmt.Errorf("no guest %d", n))
		}
		return onRightModel(ctx, c)
	})
	o := options(1)
	o.Jobs = 100 // one batch
	got, err := Explore(t.Context(), o, worn, worn)
	if err != nil || got.Unjudged == 0 || got.Unjudged != got.Sequences-1 || got.Transitions == 0 || got.Whole {
		t.Errorf("%+v, %v", got, err)
	}
	if line := got.String(); !strings.HasSuffix(line, fmt.Sprintf("%d sequences not judged (no guest 1)", got.Unjudged)) {
		t.Error(line)
	}
}

// TestNoneJudged: a rig that can judge none of the cases is not asked again.
func TestNoneJudged(t *testing.T) {
	asked := 0
	broken := running(func(_ context.Context, n int, c *casefile.Case) judge.Result {
		asked++
		return judge.Broken(c, blame.AdviseRigf("boot it by hand", "no guest"))
	})
	o := options(1)
	got, err := Explore(t.Context(), o, broken, broken)
	var e *blame.Error
	if !errors.As(err, &e) || e.Party != blame.Rig || e.Error() != "none of 20 sequences was judged: no guest" || e.Advice != "boot it by hand" {
		t.Errorf("%v", err)
	}
	if asked != 20 || got.Unjudged != 20 || got.Whole {
		t.Errorf("asked %d times: %+v", asked, got)
	}
}

// TestSkippedByTheKernel: a sequence that cannot run on a kernel shows nothing about it.
func TestSkippedByTheKernel(t *testing.T) {
	without := func(n int) Runner {
		return running(func(ctx context.Context, ran int, c *casefile.Case) judge.Result {
			if ran < n {
				return onRightModel(ctx, c)
			}
			return judge.Result{Verdict: judge.Skip, Reasons: []string{"needs config KPROBES; it is not set"}}
		})
	}
	o := options(1)
	o.Jobs = 100 // one batch
	got, err := Explore(t.Context(), o, without(1), without(1))
	if err != nil || got.Unjudged != got.Sequences-1 || got.Whole || got.Trouble != "needs config KPROBES; it is not set" {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = Explore(t.Context(), o, without(0), without(0))
	if err == nil || !strings.HasSuffix(err.Error(), "was judged: needs config KPROBES; it is not set") || got.Transitions != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	wrong := onModel("6.12", func(m machine.Machine) machine.Machine { return changed{m, dropsPostUnpatch} })
	got, err = Explore(t.Context(), options(0), wrong, without(0))
	if err != nil || got.Difference == nil || got.Difference.Tried != 0 {
		t.Errorf("a difference: %+v, %v", got.Difference, err)
	}
}

// TestSkip: the skipped sequences are those of an earlier run, in the same order.
func TestSkip(t *testing.T) {
	explored := func(skip int) (list []string, rep Report) {
		o := options(1)
		o.Skip = skip
		run := running(func(ctx context.Context, _ int, c *casefile.Case) judge.Result {
			list = append(list, c.Name+c.Steps[0].Command.Text)
			return onRightModel(ctx, c)
		})
		rep, err := Explore(t.Context(), o, run, run)
		if err != nil {
			t.Fatal(err)
		}
		return list, rep
	}
	all, whole := explored(0)
	const skip = 7
	rest, part := explored(skip)
	if d := cmp.Diff(len(all)-skip, len(rest)); d != "" {
		t.Fatal(d)
	}
	if part.Sequences != whole.Sequences || part.Transitions != whole.Transitions || part.Operations >= whole.Operations {
		t.Errorf("all: %v; but for %d: %v", whole, skip, part)
	}
}

// TestFirstDifferenceEnds: nothing more is run after a FAIL.
func TestFirstDifferenceEnds(t *testing.T) {
	denied := func(_ machine.Command, ans *machine.Answer) { ans.Errno = "EIO" }
	worn := onModel("6.12", func(m machine.Machine) machine.Machine { return changed{m, denied} })
	got, err := Explore(t.Context(), options(1), worn, worn)
	if err != nil || got.Difference == nil || got.Sequences != 1 || got.Whole {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestBudgetCutsABatch: a slow kernel's first batch may take longer than the
// budget.
func TestBudgetCutsABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := onModel("6.12", func(m machine.Machine) machine.Machine { return slowly{m} })
		o := options(1)
		o.Jobs, o.Budget = 1000, 3*time.Minute+30*time.Second
		got, err := Explore(t.Context(), o, slow, slow)
		if err != nil || got.Sequences != 3 || got.Whole {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// slowly is a machine that needs a minute to begin, or until ctx ends.
type slowly struct{ machine.Machine }

func (m slowly) Begin(ctx context.Context) error {
	select {
	case <-time.After(time.Minute):
	case <-ctx.Done():
	}
	return m.Machine.Begin(ctx)
}

// TestBudgetBoundsTheWorkOnADifference: the budget covers trying it again and
// shrinking it.
func TestBudgetBoundsTheWorkOnADifference(t *testing.T) {
	for _, tc := range []struct {
		minutes, times int
		cut            bool
	}{
		{9, 1, true},
		{3, 3, false}, // it is not shrunk: it was not tried again often enough
	} {
		synctest.Test(t, func(t *testing.T) {
			wrong := func(m machine.Machine) machine.Machine { return changed{m, dropsPostUnpatch} }
			quick, slow := onModel("6.12", wrong), onModel("6.12", func(m machine.Machine) machine.Machine { return slowly{wrong(m)} })
			o := options(0)
			o.Budget = time.Duration(tc.minutes)*time.Minute + 30*time.Second
			started := time.Now()
			got, err := Explore(t.Context(), o, quick, slow)
			if err != nil || got.Difference == nil || time.Since(started) > o.Budget {
				t.Fatalf("%v: %+v, %v", time.Since(started), got, err)
			}
			d := got.Difference
			if d.Times != tc.times || d.Cut != tc.cut {
				t.Errorf("%d minutes: %d of %d times, cut short %v", tc.minutes, d.Times, d.Tried, d.Cut)
			}
		})
	}
}

// TestProgress: each sequence is reported, and so is the work on a difference.
func TestProgress(t *testing.T) {
	var told []string
	o := options(0)
	o.Progress = func(p Progress) { told = append(told, p.String()) }
	run := onModel("6.12", func(m machine.Machine) machine.Machine { return changed{m, dropsPostUnpatch} })
	got, err := Explore(t.Context(), o, run, run)
	if err != nil || got.Difference == nil || len(told) < got.Sequences {
		t.Fatalf("%d lines, %+v, %v", len(told), got, err)
	}
	for i, want := range map[int]string{
		0: " transitions of the model", got.Sequences: ", trying a difference again",
		got.Sequences + 1: " operations", len(told) - 1: ", trying the shortest difference again",
	} {
		if !strings.HasSuffix(told[i], want) {
			t.Errorf("%d: %s", i, told[i])
		}
	}
}

// TestCancelled: exploring ends even before the first sequence, and while some are
// skipped.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	for _, depth := range []int{0, 6} {
		o := options(depth)
		o.Skip = 1 << 30
		run := onModel("6.12", same)
		if got, err := Explore(ctx, o, run, run); err != stop || got.Sequences != 0 || got.Whole {
			t.Errorf("depth %d: %+v, %v", depth, got, err)
		}
	}
}
