// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
)

// deepLines is the number of lines of a kernel that runs line N when a sequence
// loads klp_h N times.
const deepLines = 16

// deep explores that kernel for a number of sequences.
func deep(t *testing.T, o Options, sequences int) (ran []string, rep Report) {
	t.Helper()
	loads := map[string]int{}
	o.Ran = func(_ context.Context, res judge.Result) ([]gcov.File, error) {
		f := gcov.File{Name: "kernel/livepatch/core.c"}
		for n := range deepLines {
			line := gcov.Line{Number: n + 1, Branches: []uint64{0, 0}}
			if loads[res.Name] > n {
				line.Count, line.Branches[n%2] = 1, 1
			}
			f.Lines = append(f.Lines, line)
		}
		return []gcov.File{f}, nil
	}
	ctx, stop := context.WithCancel(t.Context())
	run := func(ctx context.Context, list []*casefile.Case) iter.Seq2[judge.Result, error] {
		return func(yield func(judge.Result, error) bool) {
			for _, c := range list {
				loads[c.Name] = strings.Count(string(c.Text), "% insmod "+otherName)
				ran = append(ran, string(c.Text))
				if len(ran) > sequences {
					stop()
				}
				if !yield(judge.Result{Name: c.Name, Verdict: judge.Pass}, nil) {
					return
				}
			}
		}
	}
	o.Release, o.Patches, o.Seed, o.Budget, o.Jobs = "6.12", 2, 1, time.Hour, 1
	rep, _ = Explore(ctx, o, run, run)
	return ran, rep
}

// Changing what has reached something new reaches more than random sequences do, and
// the same seed makes the same sequences.
func TestFeedback(t *testing.T) {
	const sequences = 30
	counting := Counting{Candidates: 4, Mutated: 90}
	ran, guided := deep(t, Options{Counting: counting}, sequences)
	again, _ := deep(t, Options{Counting: counting}, sequences)
	_, random := deep(t, Options{}, sequences)
	if d := cmp.Diff(ran, again); d != "" {
		t.Errorf("another exploration: %s", d)
	}
	if guided.Reached.LinesRun <= random.Reached.LinesRun || guided.Reached.Lines != deepLines || guided.Reached.Branches != 2*deepLines {
		t.Errorf("%+v; at random %+v", guided.Reached, random.Reached)
	}
	if line := guided.String(); !strings.Contains(line, fmt.Sprintf(", %d of 16 lines and %[1]d of 32 branches of the kernel's source", guided.Reached.LinesRun)) {
		t.Error(line)
	}
}

// Finds are places that the cases have not reached, each reported once.
func TestFinds(t *testing.T) {
	before := gcov.File{Name: "kernel/livepatch/core.c"}
	for n := range deepLines {
		before.Lines = append(before.Lines, gcov.Line{Number: n + 1, Branches: []uint64{0, 0}})
	}
	before.Lines[0].Count, before.Lines[1].Count = 3, 1
	_, rep := deep(t, Options{Counting: Counting{Candidates: 4, Mutated: 90, Before: []gcov.File{before}}}, 30)
	told := map[Place]bool{}
	for _, f := range rep.Finds {
		for _, p := range f.Places {
			if told[p] || p.Branch == 0 && p.Line <= 2 {
				t.Errorf("%v is told", p)
			}
			told[p] = true
		}
		c, err := casefile.Parse(f.Name()+".txtar", f.File())
		if err != nil || !strings.HasPrefix(c.Title, "A made-up sequence that reaches core.c:") {
			t.Errorf("%v\n%s", err, f.File())
		}
	}
	if !told[Place{"kernel/livepatch/core.c", 3, 0}] || !told[Place{"kernel/livepatch/core.c", 1, 1}] {
		t.Errorf("told: %v", told)
	}
	f := Find{Places: []Place{{"a/b.c", 1, 0}, {"a/b.c", 1, 2}, {"a/b.c", 2, 0}, {"a/b.c", 3, 0}, {"a/b.c", 4, 0}}}
	if got := f.What(); got != "b.c:1, b.c:1 branch 2, b.c:2, b.c:3 and 1 more" {
		t.Error(got)
	}
}

// Lines of another source have other numbers.
func TestCountedOnAnotherSource(t *testing.T) {
	x := &explorer{Options: options(0), reached: reach{}, before: reach{}}
	x.Before = []gcov.File{{Name: "kernel/livepatch/core.c", Lines: []gcov.Line{{Number: 1}}}}
	x.Ran = func(context.Context, judge.Result) ([]gcov.File, error) {
		return []gcov.File{{Name: "kernel/livepatch/core.c", Lines: []gcov.Line{{Number: 1}, {Number: 2}}}}, nil
	}
	if err := x.learn(t.Context(), sequence{}, judge.Result{}); blame.Of(err) != blame.User {
		t.Errorf("%v", err)
	}
}
