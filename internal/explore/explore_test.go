// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/model"
)

// onModel runs each case on a fresh machine, which wrap may change.
func onModel(release string, wrap func(cases.Machine) cases.Machine) Runner {
	return func(ctx context.Context, list []*cases.Case) ([]cases.Result, error) {
		var results []cases.Result
		for _, c := range list {
			m, err := model.New(release)
			if err != nil {
				return results, err
			}
			results = append(results, cases.Run(ctx, wrap(m), c))
		}
		return results, nil
	}
}

func same(m cases.Machine) cases.Machine { return m }

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

// TestSeed: the same seed makes the same sequences, another one others.
func TestSeed(t *testing.T) {
	run := func(seed uint64) (list [][]string) {
		rng := rand.New(rand.NewPCG(seed, 0))
		c := coverage{}
		for range 20 {
			list = append(list, random(large(3), "6.12", rng, c))
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

// TestUnjudged: what the rig made nothing of is counted, and the first reason
// is said.
func TestUnjudged(t *testing.T) {
	worn := func(ctx context.Context, list []*cases.Case) ([]cases.Result, error) {
		results, err := onModel("6.12", same)(ctx, list)
		for i := range results[1:] {
			results[i] = cases.Broken(list[i], fmt.Errorf("no guest %d", i))
		}
		return results, err
	}
	o := options(1)
	o.Jobs = 100 // one batch
	got, err := Explore(t.Context(), o, worn, worn)
	if err != nil || got.Unjudged == 0 || got.Unjudged != got.Sequences-1 || got.Transitions == 0 || got.Whole {
		t.Errorf("%+v, %v", got, err)
	}
	if line := got.String(); !strings.HasSuffix(line, fmt.Sprintf("%d sequences not judged (no guest 0)", got.Unjudged)) {
		t.Error(line)
	}
}

// TestNoneJudged: a rig that makes nothing of all cases is not asked again.
func TestNoneJudged(t *testing.T) {
	asked := 0
	broken := func(_ context.Context, list []*cases.Case) ([]cases.Result, error) {
		var results []cases.Result
		for _, c := range list {
			asked++
			results = append(results, cases.Broken(c, blame.AdviseRigf("boot it by hand", "no guest %d", asked)))
		}
		return results, nil
	}
	o := options(1)
	got, err := Explore(t.Context(), o, broken, broken)
	var e *blame.Error
	if !errors.As(err, &e) || e.Party != blame.Rig || e.Error() != "none of 20 sequences was judged: no guest 1" || e.Advice != "boot it by hand" {
		t.Errorf("%v", err)
	}
	if asked != 20 || got.Sequences != 0 || got.Whole {
		t.Errorf("asked %d times: %+v", asked, got)
	}
}

// TestSkip: what is skipped is what an earlier run has done, in the same order.
func TestSkip(t *testing.T) {
	explored := func(skip int) (list []string, rep Report) {
		o := options(1)
		o.Skip = skip
		run := func(ctx context.Context, some []*cases.Case) ([]cases.Result, error) {
			for _, c := range some {
				list = append(list, c.Name+c.Steps[0].Command.Text)
			}
			return onModel("6.12", same)(ctx, some)
		}
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

// TestFirstDifferenceEnds: a runner may stop at the first FAIL.
func TestFirstDifferenceEnds(t *testing.T) {
	denied := func(_ cases.Command, ans *cases.Answer) { ans.Errno = "EIO" }
	worn := onModel("6.12", func(m cases.Machine) cases.Machine { return changed{m, denied} })
	one := func(ctx context.Context, list []*cases.Case) ([]cases.Result, error) { return worn(ctx, list[:1]) }
	got, err := Explore(t.Context(), options(1), one, worn)
	if err != nil || got.Difference == nil || got.Sequences != 1 || got.Whole {
		t.Errorf("%+v, %v", got, err)
	}
}
