// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/rig"
)

const (
	progressEvery = 10 * time.Second
	mostPatches   = 7 // there is one more probe, to be patched
)

// exploreOptions are the flags of `klptest explore`.
type exploreOptions struct {
	machineOptions
	model    explore.Options
	replay   string
	coverage string // results of a run with --gcov, which tell what its cases run
	keepOptions
	given []string // the flags that open a shell in such a guest
}

func (a *app) exploreCommand() *cobra.Command {
	var o exploreOptions
	c := &cobra.Command{
		Use:   "explore",
		Short: "Search for command sequences on which kernel and model disagree",
		Long: `Generate command sequences, run them on a kernel and compare the outcome with the
prediction of a model of the livepatch core. A difference is tried again, shrunk,
and written as a case and as a shell script to the directory of --out, or else to
the working directory. The results have that case as a FAIL.

With --gcov, coverage guides the search: a sequence that reaches a new line or branch
of kernel/livepatch is kept and mutated. For each sequence the model plays several
candidates, and the kernel runs the one that shows the most that is new. Sequences
that reach something new are written to --out as cases, reach-….txtar; with
--coverage, those that reach what no case has reached.

Exit status: 0 no difference, 1 a difference; otherwise as for run.`,
		Example: `  klptest explore --budget 30m
  klptest explore --kernel ~/linux --patches 3 --depth 3
  klptest explore --gcov --faults --kernel KDIR --coverage results --out found
  klptest explore --replay repro-1a2b3c4d.txtar`,
		Args: flags.Takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			o.settle(c.Flags())
			if err := o.checkHost(); err != nil {
				return err
			}
			if o.replay != "" {
				return a.runCases(c.Context(), []string{caseFile(o.replay)}, runOptions{machineOptions: o.machineOptions, kernels: []string{o.kernel}, format: report.HumanFormat, timeout: time.Hour})
			}
			o.given = givenFlags(c.Flags(), func(name string) bool { return name == "kernel" || opensShell(name) })
			return a.explore(c.Context(), o)
		},
	}
	a.exploreFlags(c, &o)
	return c
}

// caseFile returns the name of a file as an argument that names no shipped case.
func caseFile(name string) string {
	if name == standardInput || cases.IsFile(name) {
		return name
	}
	return "./" + name
}

func (a *app) exploreFlags(c *cobra.Command, o *exploreOptions) {
	f := c.Flags()
	a.machineFlags(f, &o.machineOptions)
	imageFlags(f, &o.host)
	f.VarP(flags.Number(&o.Jobs, 0, 1, flags.AnyNumber), "jobs", "j", "guests that run side by side (default: one per processor, or four if guests keep the host's time, as far as memory allows)")
	f.Var(flags.Number(&o.model.Patches, explore.SomePatches, 1, mostPatches), "patches", "livepatches that may be loaded at once, 1 to 7")
	f.Var(flags.Number(&o.model.Depth, 0, 1, flags.AnyNumber), "depth", "try every operation in every model state, to this depth of operations (default: random sequences)")
	f.Var(flags.Number(&o.model.Skip, 0, 0, flags.AnyNumber), "skip", "skip the first `N` sequences, done by an earlier run")
	f.Uint64Var(&o.model.Seed, "seed", 1, "seed of the random sequences")
	f.Var(flags.Duration(&o.model.Budget, 10*time.Minute), "budget", "time for the search and for shrinking a difference")
	f.BoolVar(&o.model.Faults, "faults", false, "also inject faults into calls by livepatch that the model predicts")
	f.BoolVar(&o.Gcov, "gcov", false, "tell which lines and branches of kernel/livepatch were reached, and mutate sequences that reach new ones; for a kernel built by klptest kernel build --gcov")
	f.Var(flags.Number(&o.model.Candidates, 10, 1, 1000), "candidates", "the model plays `N` candidates for each sequence that the kernel runs (1: all sequences are random)")
	f.Var(flags.Number(&o.model.Mutated, 50, 0, 100), "mutate", "`percentage` of candidates that mutate a sequence that has reached something new")
	f.Var(flags.FileName(&o.coverage), "coverage", "tell which sequences reach what no case reaches in `DIR`, the results of run --gcov")
	f.StringVar(&o.replay, "replay", "", "run the case in `file`, written by an earlier explore")
	resultsFlags(f, &o.keepOptions)
	bundleFlag(f, &o.keepOptions)
	rules := flags.Rules{Apart: slices.Clone(imageRules.Apart), With: slices.Clone(imageRules.With)}
	for _, search := range []string{"patches", "depth", "skip", "seed", "budget", "out", "run-id", "bundle", "faults", "gcov"} {
		rules.Apart = append(rules.Apart, [2]string{"replay", search})
	}
	rules.Apart = append(rules.Apart, [2]string{"gcov", "depth"}, [2]string{"gcov", "skip"}, [2]string{"faults", "depth"})
	rules.With = append(rules.With, [2]string{"candidates", "gcov"}, [2]string{"mutate", "gcov"}, [2]string{"coverage", "gcov"})
	rules.Of(c)
}

func (a *app) explore(ctx context.Context, o exploreOptions) error {
	return a.keeping(o.keepOptions, o.Options, func(k *kept) error {
		k.with(o.kernel, o.given)
		return a.search(ctx, o, k)
	})
}

func (a *app) search(ctx context.Context, o exploreOptions, k *kept) error {
	if o.coverage != "" {
		d, err := counting(o.coverage)
		if err != nil {
			return err
		}
		o.model.Before = d.Coverage
	}
	show, stop := a.exploreProgress()
	defer stop()
	o.model.Progress, o.model.Dir = show, o.out
	rep, err := a.exploreOn(ctx, o, k)
	stop()
	return a.explored(explored{rep, o.model.Skip, o.out, o.coverage}, err)
}

func (a *app) exploreOn(ctx context.Context, o exploreOptions, k *kept) (rep explore.Report, err error) {
	if o.host.image != "" {
		o.Memory = cmp.Or(o.Memory, rig.ImageMemory) // limits the number of guests
	}
	open := func(ctx context.Context, ro rig.Options) (*rig.Rig, error) {
		m := o.machineOptions
		m.Options = ro
		return a.newRig(ctx, m)
	}
	return k.recording(a.runner(nil, o.Options)).ExploreOn(ctx, open, o.model)
}

// exploreProgress prints a line at intervals until it is stopped, since a boot or a
// sequence may take any time.
func (a *app) exploreProgress() (show func(explore.Progress), stop func()) {
	var latest atomic.Pointer[explore.Progress]
	stop = report.Every(progressEvery, func() {
		line := "no sequence has ended yet"
		if p := latest.Load(); p != nil {
			line = p.String()
		}
		fmt.Fprintln(a.err, "klptest:", printable.Text(line))
	})
	return func(p explore.Progress) { latest.Store(&p) }, stop
}
