// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/lab"
	"github.com/klptest/klptest/internal/mutants"
	"github.com/klptest/klptest/internal/rig"
)

// mutantsCommand is for developers of klptest: `make mutants`.
func (a *app) mutantsCommand() *cobra.Command {
	var o rig.Options
	var only []string
	var keep keepOptions
	var budget time.Duration
	c := &cobra.Command{
		Use:    "mutants SRC [CASE|PATTERN|FILE]...",
		Short:  "Measure how many mistakes in kernel/livepatch the cases find",
		Hidden: true,
		Long: `Build the kernel of a source tree again and again, each time with one line of
kernel/livepatch changed, and run the cases on each until one fails: first the
case that is known to find the change, then all others. A mutant on which no case
fails shows what is not tested.

With --explore, the sequences of klptest explore run instead of the cases.

Exit status: 0 all mutants are killed, 1 one survives, 3 one cannot be tried.`,
		Args: flags.Takes(1, flags.AnyNumber),
		RunE: func(c *cobra.Command, args []string) error {
			list, err := cases.Load(args[1:])
			if err != nil {
				return err
			}
			chosen, err := mutantsOnly().matching(only)
			if err != nil {
				return err
			}
			return a.keeping(keep, o, func(k *kept) error {
				return a.tryMutants(c.Context(), args[0], chosen, budget, list, o, k)
			})
		},
	}
	guestFlags(c.Flags(), &o)
	c.Flags().VarP(flags.Number(&o.Jobs, 0, 1, flags.AnyNumber), "jobs", "j", "cases that run side by side (default: as many as processors and memory allow)")
	resultsFlags(c.Flags(), &keep)
	c.Flags().StringSliceVar(&only, "only", []string{"*"}, "`pattern` of the mutants' names, such as version-*; internal/mutants has them all")
	c.Flags().DurationVar(&budget, "explore", 0, "search for each mutant with explore, for this long")
	return c
}

func (a *app) tryMutants(ctx context.Context, source string, chosen []mutants.Mutant, budget time.Duration, list []*casefile.Case, o rig.Options, k *kept) error {
	if err := checkSource(source); err != nil {
		return err
	}
	store, err := a.openCache(ctx)
	if err != nil {
		return err
	}
	show, done := a.buildProgress()
	b := kbuild.Builder{Cache: store, Source: source, Progress: show}
	shop, err := b.Workshop(ctx, "mutants")
	done()
	if err != nil {
		return err
	}
	defer shop.Close()
	byCases := lab.Mutated{Bench: &lab.Bench{Runner: k.recording(a.runner(store, o)), Workshop: shop, Cases: list, Built: done}}
	var searched mutants.Lab = byCases
	if budget > 0 {
		searched = lab.Explored{Mutated: byCases, Budget: budget}
	}
	outcomes, err := mutants.Run(ctx, searched, chosen, k.next, func(o mutants.Outcome) { fmt.Fprintln(a.out, o.Line()) })
	if err != nil {
		return err
	}
	tally := mutants.Count(outcomes)
	fmt.Fprintln(a.out, tally)
	return tallied(tally)
}

func tallied(t mutants.Tally) error {
	switch {
	case t.Survived > 0:
		return verdicts(exit.Failed)
	case t.NotTried > 0:
		return verdicts(exit.Error)
	}
	return nil
}

// mutantsOnly has the mutants that --only chooses from.
func mutantsOnly() onlyFrom[mutants.Mutant] {
	list := mutants.List()
	return onlyFrom[mutants.Mutant]{"mutant", list, func(m mutants.Mutant) string { return m.Name }, fmt.Sprintf("internal/mutants has the names of all %d", len(list))}
}
