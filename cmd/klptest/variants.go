// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/lab"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/internal/variants"
)

// variantsCommand is for developers of klptest: `make variants`.
func (a *app) variantsCommand() *cobra.Command {
	var o rig.Options
	var only []string
	var keep keepOptions
	c := &cobra.Command{
		Use:    "variants SRC [CASE|PATTERN|FILE]...",
		Short:  "Run the cases on differently configured kernels",
		Hidden: true,
		Long: `Build a few kernels from a source tree that together have all options that matter,
and run the cases on each. For each case that fails, each option that may be to
blame is then tried alone.

Builds stay in the cache: the same command continues where an interrupted one
ended.

Exit status: 0 no case fails, 1 one fails or a kernel cannot be tried.`,
		Args: flags.Takes(1, flags.AnyNumber),
		RunE: func(c *cobra.Command, args []string) error {
			list, err := cases.Load(args[1:])
			if err != nil {
				return err
			}
			kernels, err := variantsOnly().matching(only)
			if err != nil {
				return err
			}
			if err := checkSource(args[0]); err != nil {
				return err
			}
			return a.keeping(keep, o, func(k *kept) error {
				return a.tryVariants(c.Context(), args[0], kernels, list, o, k)
			})
		},
	}
	guestFlags(c.Flags(), &o)
	c.Flags().VarP(flags.Number(&o.Jobs, 0, 1, flags.AnyNumber), "jobs", "j", "cases that run side by side (default: as many as processors and memory allow)")
	resultsFlags(c.Flags(), &keep)
	c.Flags().StringSliceVar(&only, "only", []string{"*"}, "`pattern` of the kernels' names: "+strings.Join(variantsOnly().names(), ", "))
	return c
}

func (a *app) tryVariants(ctx context.Context, source string, kernels []variants.Kernel, list []*casefile.Case, o rig.Options, keep *kept) error {
	store, err := a.openCache(ctx)
	if err != nil {
		return err
	}
	show, done := a.buildProgress()
	tried := lab.Variants{
		Runner:  keep.recording(a.runner(store, o)),
		Builder: kbuild.Builder{Cache: store, Source: source, Progress: show},
		Cases:   list,
		Begin:   func(k variants.Kernel) { a.notice("kernel " + k.Name); keep.next(k.Name) },
		Built:   done,
	}
	trials, err := variants.Run(ctx, tried, kernels, func(t variants.Trial) { fmt.Fprint(a.out, variants.Table([]variants.Trial{t})) })
	if err != nil {
		return err
	}
	found, err := variants.Narrow(ctx, tried, trials)
	if err != nil {
		return err
	}
	fmt.Fprint(a.out, "\n", variants.Table(trials))
	for _, f := range found {
		fmt.Fprintln(a.out, f.Line())
	}
	if len(found) > 0 {
		return verdicts(exit.Failed)
	}
	return nil
}

// variantsOnly has the kernels that --only chooses from.
func variantsOnly() onlyFrom[variants.Kernel] {
	f := onlyFrom[variants.Kernel]{kind: "kernel", list: variants.Kernels(), name: func(k variants.Kernel) string { return k.Name }}
	f.advice = "the kernels are " + strings.Join(f.names(), ", ")
	return f
}
