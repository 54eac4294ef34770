// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/catalog"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/kselftests"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/kmods"
)

// selftestOptions are the flags of `klptest selftests`.
type selftestOptions struct {
	runOptions
	source string        // of the scripts; empty: the kernel's own
	limit  time.Duration // of one script
}

const selftestsName = "selftests"

func (a *app) selftestsCommand() *cobra.Command {
	var o selftestOptions
	c := &cobra.Command{
		Use:   selftestsName + " [SCRIPT]...",
		Short: "Run the kernel's own livepatch selftests",
		Long: `Run the kernel's own livepatch selftests, tools/testing/selftests/livepatch in its
source, unmodified: all scripts, or those that are named ("state" is
test-state.sh). Their modules are built against the kernel. Each script runs on a
guest of its own, with bash and the other programs it needs from this host; each
test in it has a verdict.

The source is --src DIR, a source tree or that directory in it. Otherwise it is
the tree that the kernel was built from, or Debian's package linux-source of the
same version, whose selftests are kept in the cache.

A script that exits with kselftest's status 4 is a SKIP. One that takes longer
than --script-timeout is a FAIL, as is a splat in the kernel log.

` + exit.Help(),
		Example: `  klptest selftests
  klptest selftests --kernel ~/linux state callbacks
  klptest selftests --kernel debian:6.1 --src ~/linux --format ktap`,
		ValidArgsFunction: completeScripts(&o),
		RunE: func(c *cobra.Command, args []string) error {
			o.settle(c.Flags())
			if err := o.checkHost(); err != nil {
				return err
			}
			o.runID, o.given = cmp.Or(o.runID, newRunID()), givenFlags(c.Flags(), repeats)
			return a.runSelftests(c.Context(), args, o)
		},
	}
	a.selftestsFlags(c, &o)
	return c
}

func (a *app) selftestsFlags(c *cobra.Command, o *selftestOptions) {
	f := c.Flags()
	a.machineFlags(f, &o.machineOptions)
	imageFlags(f, &o.host)
	imageRules.Of(c)
	f.StringVar(&o.source, "src", "", "`directory` of the selftests, or of a source tree that has them")
	f.VarP(flags.Number(&o.Jobs, 0, 1, flags.AnyNumber), "jobs", "j", "scripts that run side by side (default: as many as processors and memory allow)")
	f.BoolVar(&o.fresh, "fresh", false, "boot a guest for each script, instead of cloning one")
	f.BoolVar(&o.Cold, "no-pool", false, "do not prepare guests ahead of time")
	confirmFlag(f, &o.Options)
	formatFlag(c, &o.format, formatChoices())
	f.Var(flags.FileName(&o.junit), "junit", "also write a JUnit report to `file`")
	resultsFlags(f, &o.keepOptions)
	f.Var(flags.Duration(&o.limit, scriptLimit), "script-timeout", "limit for one script")
	f.Var(flags.Duration(&o.timeout, time.Hour), "timeout", "limit for the whole run")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "stream the kernel log to stderr; scripts run one at a time, unless -j is given")
	_ = c.MarkFlagDirname("src")
}

// runSelftests runs the scripts. It always writes the JUnit report and the results.
func (a *app) runSelftests(ctx context.Context, args []string, o selftestOptions) error {
	junit, err := createJUnit(o.junit)
	if err != nil {
		return err
	}
	if o.results, err = a.createResults(o.out); err != nil {
		return err
	}
	d := report.Document{Provenance: o.planned(nil, nil)}
	d.Command = selftestsName
	whole, cancel := context.WithTimeoutCause(ctx, o.timeout, errTimeout(o.timeout))
	defer cancel()
	kept := &beginning{Reporter: o.results.Next()}
	err = a.selftests(whole, args, &d, o, kept)
	if err != nil && d.Error == "" {
		d.Ending = ending(d, err)
	}
	if !kept.begun {
		err = blame.Join(err, d.Play(kept))
	}
	err = blame.Join(err, a.closeResults(o.runOptions))
	if err = blame.Join(err, junit.write([]report.Document{d}), context.Cause(ctx)); err != nil && report.ExitCode(d.Results()) == exit.Failed {
		return a.failWith(outcome(d.Results()), err)
	}
	if err != nil {
		return err
	}
	return outcome(d.Results())
}

func (a *app) selftests(ctx context.Context, args []string, d *report.Document, o selftestOptions, kept report.Reporter) error {
	format, err := report.FormatNamed(o.format)
	if err != nil {
		return err
	}
	o.Lean, o.pristine = !format.Observed && o.out == "", true // it is unknown what a script leaves behind
	shown := &beginning{Reporter: a.reporter(format, o.verbose, 0)}
	w, err := a.prepareSelftests(ctx, args, d, o)
	if err == nil {
		err = a.driveTests(ctx, w, report.Both(shown, kept), d, o.runOptions)
	}
	if err != nil && d.Error == "" {
		d.Ending = ending(*d, err)
	}
	return shown.complete(format, d, err)
}

// prepareSelftests finds the kernel, the scripts, and the programs for the guest.
func (a *app) prepareSelftests(ctx context.Context, args []string, d *report.Document, o selftestOptions) (w work, err error) {
	p, err := a.selftestPlace(ctx, o.machineOptions)
	if err != nil {
		return w, err
	}
	tests, err := a.loadSelftests(ctx, p.store, p.kernel, args, o)
	if err != nil {
		return w, err
	}
	for _, t := range tests {
		w.tests, d.Tests = append(w.tests, t), append(d.Tests, t.Name())
	}
	d.Planned = len(tests)
	w.outcome = func(_ int, res judge.Result) report.Outcome { return report.Outcome{Result: res, Live: true} }
	w.open = p.open
	return w, nil
}

// loadSelftests finds the scripts, and builds the programs that they need.
func (a *app) loadSelftests(ctx context.Context, store *cache.Cache, k *images.Kernel, args []string, o selftestOptions) ([]kselftests.Test, error) {
	dir := o.source
	if dir == "" {
		var err error
		if dir, err = catalog.Source(ctx, store, k, kselftests.Dir, images.Options{Notice: a.notice}); err != nil {
			return nil, err
		}
	}
	suite, err := kselftests.Read(dir)
	if err != nil {
		return nil, err
	}
	return suite.Tests(ctx, args, &kmods.Builder{Cache: store, Trust: o.Trust, Notice: a.notice}, o.limit)
}
