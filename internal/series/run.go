// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"errors"

	"github.com/klptest/klptest/cases/judge"
)

// Lab has a kernel that patches are applied to, one after another.
type Lab interface {
	Apply(ctx context.Context, p Patch) error
	// Build builds the kernel in its current state. Broken distinguishes errors
	// of the source.
	Build(ctx context.Context) error
	// Run runs the cases on the last kernel that was built.
	Run(ctx context.Context) ([]judge.Result, error)
	// Broken reports whether an error of Build is caused by the source.
	Broken(err error) bool
}

// Step is the kernel after a patch.
type Step struct {
	Name    string // "base", or the patch's subject
	Fault   Fault
	Why     string // one line or more about the fault
	Note    string // a line about the patch; may be empty
	Results []judge.Result
}

// Fault is what is wrong with a patch itself.
type Fault string

// The faults.
const (
	None         Fault = ""
	DoesNotApply Fault = "does not apply"
	DoesNotBuild Fault = "does not build"
	NotTried     Fault = "not tried" // an earlier patch does not apply
)

// Run tries the base and then each patch, and calls tell after each step. It
// returns an error when it can no longer judge the patches. What a patch seems to do
// while ctx ends is not its fault, and no step.
func Run(ctx context.Context, lab Lab, patches []Patch, tell func(Step)) ([]Step, error) {
	steps := []Step{{Name: "base"}}
	if err := lab.Build(ctx); err != nil {
		return nil, err
	}
	var err error
	if steps[0].Results, err = lab.Run(ctx); err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	tell(steps[0])
	for _, p := range patches {
		s, err := next(ctx, lab, p, steps[len(steps)-1])
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return steps, err
		}
		steps = append(steps, s)
		tell(s)
	}
	return steps, nil
}

func next(ctx context.Context, lab Lab, p Patch, last Step) (Step, error) {
	s := Step{Name: p.Subject}
	if last.Fault == DoesNotApply || last.Fault == NotTried {
		s.Fault = NotTried
		return s, nil
	}
	err := lab.Apply(ctx, p)
	if errors.Is(err, ErrDoesNotApply) {
		s.Fault, s.Why = DoesNotApply, detail(err)
		return s, nil
	}
	if err != nil {
		return s, err
	}
	err = lab.Build(ctx)
	if err != nil && lab.Broken(err) {
		s.Fault, s.Why = DoesNotBuild, detail(err)
		return s, nil
	}
	if err == nil {
		s.Results, err = lab.Run(ctx)
	}
	return s, err
}
