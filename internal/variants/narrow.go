// SPDX-License-Identifier: Apache-2.0

package variants

import (
	"context"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
)

// Finding is a failed case and the options to blame.
type Finding struct {
	Case     judge.ID
	Name     string   // of the case, or its file if the name is not unique
	Kernels  []string // on which it failed
	Plain    bool     // it also fails on a kernel without any option
	Options  []string // each makes it fail alone
	Suspects []string // otherwise: the options of those kernels, without those of kernels on which the case passed
}

// Narrow finds the options to blame for failures: it tries each option alone, with
// only the cases concerned.
func Narrow(ctx context.Context, lab Lab, trials []Trial) ([]Finding, error) {
	list := findings(trials)
	if len(list) == 0 {
		return nil, nil
	}
	n := narrowing{ctx: ctx, lab: lab}
	n.try(Plain, refer(list), func(f *Finding) { f.Plain = true })
	for _, o := range options {
		suspected := slices.DeleteFunc(refer(list), func(f *Finding) bool {
			return f.Plain || !slices.Contains(f.Suspects, o.Name) || blamed(f.Options, o.Needs)
		})
		n.try(o.Alone(), suspected, func(f *Finding) { f.Options = append(f.Options, o.Name) })
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return list, nil
}

func refer(list []Finding) (all []*Finding) {
	for i := range list {
		all = append(all, &list[i])
	}
	return all
}

// blamed reports whether one of an option's needs is already to blame.
func blamed(options []string, needs string) bool {
	return slices.ContainsFunc(strings.Fields(needs), func(name string) bool { return slices.Contains(options, name) })
}

type narrowing struct {
	ctx context.Context
	lab Lab
}

// try runs the cases of the findings on a kernel, and calls blame for
// those that fail there.
func (n narrowing) try(k Kernel, list []*Finding, blame func(*Finding)) {
	if len(list) == 0 || n.ctx.Err() != nil {
		return
	}
	var only []judge.ID
	for _, f := range list {
		only = append(only, f.Case)
	}
	failed := n.lab.Try(n.ctx, k, only).failures()
	for _, f := range list {
		if slices.Contains(failed, f.Case) {
			blame(f)
		}
	}
}

// findings are the failures with their suspects.
func findings(trials []Trial) (list []Finding) {
	names := naming(trials)
	for _, t := range trials {
		for _, id := range t.failures() {
			if slices.ContainsFunc(list, func(f Finding) bool { return f.Case == id }) {
				continue
			}
			f := newFinding(id, trials)
			f.Name = names.Of(id)
			list = append(list, f)
		}
	}
	return list
}

func newFinding(id judge.ID, trials []Trial) Finding {
	f := Finding{Case: id}
	var all []string
	for _, t := range trials {
		if slices.Contains(t.failures(), id) {
			f.Kernels = append(f.Kernels, t.Name)
			all = append(all, t.Options...)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	f.Suspects = slices.DeleteFunc(slices.Clone(all), func(option string) bool {
		return slices.ContainsFunc(trials, func(t Trial) bool { return t.has(option) && t.passed(id) })
	})
	if len(f.Suspects) == 0 {
		f.Suspects = all
	}
	return f
}

// passed reports whether a case ran on the kernel and did not fail.
func (t Trial) passed(id judge.ID) bool {
	if id == noTrial {
		return t.Err == nil
	}
	return t.Err == nil && !slices.Contains(t.failures(), id)
}
