// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/klptest/klptest/cases/judge"
)

// Lab builds kernels and runs cases on them.
type Lab interface {
	// Read returns a file of the source as it is.
	Read(file string) ([]byte, error)
	// Build builds the kernel with that one file changed.
	Build(ctx context.Context, file string, data []byte) error
	// Run runs the cases on the last built kernel until one fails, starting with
	// the case named first.
	Run(ctx context.Context, first string) ([]judge.Result, error)
}

// Outcome is the result of trying a mutant.
type Outcome struct {
	Mutant
	Killer string // the first case that failed; empty: the mutant survives
	Err    error  // it could not be tried, or not by all cases
}

// Killed tells whether a case has found the mutant.
func (o Outcome) Killed() bool { return o.Err == nil && o.Killer != "" }

// errUnsound is the error if cases fail on the unchanged kernel.
var errUnsound = errors.New("not all cases pass on the unchanged kernel: mutants would show nothing")

// Unchanged is the name under which the unchanged kernel is tried.
const Unchanged = "unchanged"

// Run tries the unchanged kernel, then the mutants one after another. begin gets
// the name of each, tell its outcome. After the unchanged kernel has passed, only
// the end of ctx ends Run early.
func Run(ctx context.Context, lab Lab, list []Mutant, begin func(name string), tell func(Outcome)) ([]Outcome, error) {
	begin(Unchanged)
	if err := sound(ctx, lab); err != nil {
		return nil, err
	}
	var outcomes []Outcome
	for _, m := range list {
		begin(m.Name)
		o := try(ctx, lab, m)
		if ctx.Err() != nil {
			return outcomes, context.Cause(ctx)
		}
		outcomes = append(outcomes, o)
		tell(o)
	}
	return outcomes, nil
}

// sound checks that all cases pass on the unmutated kernel, so that a FAIL is due
// to the mutant.
func sound(ctx context.Context, lab Lab) error {
	data, err := lab.Read(state)
	if err == nil {
		err = lab.Build(ctx, state, data)
	}
	if err != nil {
		return err
	}
	results, err := lab.Run(ctx, "")
	for _, r := range results {
		if r.Verdict == judge.Fail || r.Verdict == judge.Error {
			return errors.Join(errUnsound, errors.New(string(r.Verdict)+" "+r.Name))
		}
	}
	return err
}

func try(ctx context.Context, lab Lab, m Mutant) Outcome {
	o := Outcome{Mutant: m}
	data, err := lab.Read(m.File)
	if err == nil {
		data, err = m.Apply(data)
	}
	if err == nil {
		err = lab.Build(ctx, m.File, data)
	}
	if err != nil {
		o.Err = err
		return o
	}
	results, err := lab.Run(ctx, m.Case)
	if failed := of(judge.Fail, results); len(failed) > 0 {
		o.Killer = failed[0].Name
	} else if err == nil {
		err = unclear(of(judge.Error, results))
	}
	o.Err = err
	return o
}

// of returns the results with that verdict.
func of(v judge.Verdict, results []judge.Result) []judge.Result {
	return slices.DeleteFunc(slices.Clone(results), func(r judge.Result) bool { return r.Verdict != v })
}

// unclear returns the error of a mutant that survived, but with ERRORs: one of
// those cases might find it.
func unclear(results []judge.Result) error {
	if len(results) == 0 {
		return nil
	}
	return fmt.Errorf("ERROR (%d), such as %s: %s", len(results), results[0].Name, cmp.Or(results[0].Reasons...))
}
