// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/mutants"
	"github.com/klptest/klptest/internal/rig"
)

// mutantsCommand is for those who work on klptest: `make mutants`.
func (a *app) mutantsCommand() *cobra.Command {
	var o rig.Options
	var pattern string
	c := &cobra.Command{
		Use:    "mutants SRC [CASE|PATTERN|FILE]...",
		Short:  "Measure how many mistakes in kernel/livepatch the cases find",
		Hidden: true,
		Long: `Build the kernel of a source tree again and again, each time with one line of
kernel/livepatch changed, and run the cases on each. A mutant that no case fails
on shows what is not tested.

Exit status: 0 all mutants are killed, 1 one survives, 3 one could not be tried.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			list, err := selectCases(args[1:])
			if err != nil {
				return err
			}
			return a.tryMutants(c.Context(), args[0], pattern, list, o)
		},
	}
	guestFlags(c.Flags(), &o)
	c.Flags().StringVar(&pattern, "only", "*", "`pattern` of the mutants' names")
	return c
}

func (a *app) tryMutants(ctx context.Context, source, pattern string, list []*cases.Case, o rig.Options) error {
	store, err := openCache()
	if err != nil {
		return err
	}
	show, done := a.buildProgress()
	b := images.Builder{Cache: store, Source: source, Progress: show}
	shop, err := b.Workshop(ctx, "mutants")
	done()
	if err != nil {
		return err
	}
	defer shop.Close()
	lab := mutated{&bench{app: a, workshop: shop, cases: list, options: o, clear: done}}
	outcomes, err := mutants.Run(ctx, lab, matching(pattern), func(o mutants.Outcome) { fmt.Fprintln(a.out, o.Line()) })
	if err != nil {
		return err
	}
	tally := mutants.Count(outcomes)
	fmt.Fprintln(a.out, tally)
	switch {
	case tally.Survived > 0:
		return verdicts(1)
	case tally.NotTried > 0:
		return verdicts(exitError)
	}
	return nil
}

func matching(pattern string) (list []mutants.Mutant) {
	for _, m := range mutants.List() {
		if ok, _ := filepath.Match(pattern, m.Name); ok {
			list = append(list, m)
		}
	}
	return list
}
