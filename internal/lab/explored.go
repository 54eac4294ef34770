// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/mutants"
)

// Explored searches for mutants by exploring instead of running the cases. A
// difference is a FAIL whose name tells its length.
type Explored struct {
	Mutated
	Budget time.Duration // for each mutant
}

var _ mutants.Lab = Explored{}

// Run ignores the case that is known to find the mutant. The unmutated kernel
// gets the same time budget, so that only a difference that it does not show
// kills a mutant.
func (e Explored) Run(ctx context.Context, _ string) ([]judge.Result, error) {
	started := time.Now()
	rep, err := e.Explore(ctx, e.kernel, explore.Options{Patches: explore.SomePatches, Seed: 1, Budget: e.Budget})
	if err != nil {
		return nil, err
	}
	d := rep.Difference
	if d == nil {
		return unjudged(rep), nil
	}
	if d.Times < d.Tried {
		return nil, fmt.Errorf("%w: %d of %d times", errUnsteady, d.Times, d.Tried)
	}
	name := fmt.Sprintf("explore: %d commands, %d sequences, %.0fs", len(d.Case.Steps), rep.Sequences, time.Since(started).Seconds())
	return []judge.Result{{Name: name, Verdict: judge.Fail}}, nil
}

// unjudged returns the result of a mutant that exploring may have missed.
func unjudged(rep explore.Report) []judge.Result {
	if rep.Unjudged == 0 {
		return nil
	}
	return []judge.Result{{Name: "explore", Verdict: judge.Error, Reasons: []string{rep.Progress.String()}}}
}

// errUnsteady is the error of a difference that does not show every time.
var errUnsteady = errors.New("a difference that does not show every time")
