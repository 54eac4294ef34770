// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

const (
	progressEvery = 10 * time.Second
	mostPatches   = 7 // one more probe is there to be patched
)

// exploreOptions are the flags of `klptest explore`.
type exploreOptions struct {
	machineOptions
	model  explore.Options
	replay string
	out    string
}

func (a *app) exploreCommand() *cobra.Command {
	var o exploreOptions
	c := &cobra.Command{
		Use:   "explore",
		Short: "Look for sequences of commands that a kernel answers otherwise than the model",
		Long: `explore makes up sequences of commands, runs them on a kernel and compares all
that comes of them with what the model of the livepatch core predicts. What
differs is tried again, shrunk, and written as a case and as a shell script.

Exit status: 0 no difference, 1 a difference, else as for run.`,
		Example: `  klptest explore --budget 30m
  klptest explore --kernel ~/linux --patches 3 --depth 3
  klptest explore --replay repro-1a2b3c4d.txtar`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.replay != "" {
				return a.runCases(c.Context(), []string{o.replay}, runOptions{machineOptions: o.machineOptions, format: report.HumanFormat, timeout: time.Hour})
			}
			return a.explore(c.Context(), o)
		},
	}
	f := c.Flags()
	machineFlags(f, &o.machineOptions)
	f.IntVarP(&o.Jobs, "jobs", "j", 0, "guests that run side by side (default: four for each processor, as far as memory allows)")
	f.IntVar(&o.model.Patches, "patches", explore.SomePatches, "livepatches that may be loaded at once, 1 to 7")
	f.IntVar(&o.model.Depth, "depth", 0, "try each operation in each state of the model, so many operations deep (default: random sequences)")
	f.IntVar(&o.model.Skip, "skip", 0, "pass over so many sequences, which an earlier run has done")
	f.Uint64Var(&o.model.Seed, "seed", 1, "seed of the random sequences")
	f.DurationVar(&o.model.Budget, "budget", 10*time.Minute, "when to end")
	f.StringVar(&o.replay, "replay", "", "run the case in `file`, which explore has written")
	f.StringVar(&o.out, "out", ".", "`directory` for reproducers")
	return c
}

func (a *app) explore(ctx context.Context, o exploreOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	show, stop := a.exploreProgress()
	defer stop()
	o.model.Progress = show
	rep, err := a.exploreOn(ctx, o)
	stop()
	return a.explored(explored{rep, o.model.Skip, o.out}, err)
}

// check refuses what would be found out in the end.
func (o exploreOptions) check() error {
	if m := o.model; m.Patches < 1 || m.Patches > mostPatches || m.Depth < 0 || m.Skip < 0 || o.Jobs < 0 || m.Budget <= 0 {
		return blame.Userf("--patches is 1 to %d; --budget is more than nothing; --depth, --skip and --jobs are not negative", mostPatches)
	}
	if info, err := os.Stat(o.out); err != nil || !info.IsDir() {
		return blame.AdviseUserf("make it first, or give another one", "--out %s is not a directory", printable.Line(o.out))
	}
	return nil
}

func (a *app) exploreOn(ctx context.Context, o exploreOptions) (rep explore.Report, err error) {
	k, store, err := a.resolve(ctx, o.machineOptions)
	if err != nil {
		return rep, err
	}
	return a.runner(store, o.Options).Explore(ctx, k, o.model)
}

// exploreProgress prints a line now and then, until it is stopped: nobody
// knows how long a guest takes to boot, or a sequence.
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
