// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/lab"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/internal/series"
)

// seriesOptions are the flags of `klptest series`.
type seriesOptions struct {
	rig.Options
	build  kbuild.Builder
	base   string
	repo   string
	format string
	counts string // results of a run with --gcov; empty: none
	scripts
	keepOptions
}

func (a *app) seriesCommand() *cobra.Command {
	var o seriesOptions
	c := &cobra.Command{
		Use:   "series [--base SRC|REV] PATCH|MBOX|DIR|REV..REV... [CASE|PATTERN|FILE.txtar]...",
		Short: "Run cases after each patch of a series, and report which patch breaks what",
		Long: `Apply the patches of a series one by one to a copy of a kernel's source, build
and run the cases after each, and print what each patch fixes, breaks and leaves.
A patch that does not apply or does not build is reported as that patch's fault.
A directory stands for its *.patch files, and - for a mailbox on standard input. Mails
without a patch, such as a cover letter, are skipped.

With --coverage, the cases that run what a patch changes come first, the quickest
before the others; this does not change the verdicts.

With --selftests, the selftests in the patched source run as well; without a CASE,
they run instead of the cases. '*' names all cases.

--base is a source tree, or a revision in the repository that --git names. For
REV..REV it defaults to the first revision. Neither the tree nor the repository is
written to.

Building runs the tree's Makefiles, with the patches, on this host, as make in the
tree would: try only patches that you trust.

Exit status: 0 no patch is at fault, 1 one is, 2 usage, 3 an error, or a case that
is an ERROR while no patch is at fault, 4 nothing was run on one of the kernels,
130 interrupted.`,
		Example: `  klptest series --base ~/linux 0001-a.patch 0002-b.patch
  klptest series --base v6.12 --git ~/linux series.mbox 'state-*'
  b4 am -o - LINK | klptest series --base ~/linux -
  klptest series --git ~/linux v6.12..my-branch --format markdown
  klptest series --base ~/linux --coverage results series.mbox
  klptest series --base ~/linux --selftests all series.mbox`,
		Args: flags.Takes(1, flags.AnyNumber),
		RunE: func(c *cobra.Command, args []string) error { return a.series(c.Context(), o, args) },
	}
	seriesFlags(c, &o)
	return c
}

func seriesFlags(c *cobra.Command, o *seriesOptions) {
	f := c.Flags()
	guestFlags(f, &o.Options)
	confirmFlag(f, &o.Options)
	buildFlags(c, &o.build)
	f.StringVar(&o.base, "base", "", "what the series applies to: a source tree, or a `revision`")
	f.StringVar(&o.repo, "git", ".", "`directory` of the kernel's repository")
	f.Var(flags.FileName(&o.counts), "coverage", "with `DIR`, the results of run --gcov on the base: after each patch, first run the cases that run lines it changes, and tell which of these lines no case runs")
	o.scripts.flag(c)
	formatFlag(c, &o.format, seriesChoices())
	resultsFlags(f, &o.keepOptions)
	bundleFlag(f, &o.keepOptions)
}

func (a *app) series(ctx context.Context, o seriesOptions, args []string) error {
	if err := notPackaged(o.base); err != nil {
		return err
	}
	sorted := sortArgs(args)
	list, err := o.beside(sorted.cases)
	if err != nil {
		return err
	}
	first, err := a.patchesFirst(o.counts, list)
	if err != nil {
		return err
	}
	write, err := a.seriesWriter(o.format)
	if err != nil {
		return err
	}
	return a.keeping(o.keepOptions, o.Options, func(k *kept) error { return a.seriesOf(ctx, o, sorted, first, k, write) })
}

// seriesOf tries the series, and writes the results.
func (a *app) seriesOf(ctx context.Context, o seriesOptions, sorted seriesArgs, first *patchesFirst, k *kept, write stepsWriter) error {
	store, err := a.openCache(ctx)
	if err != nil {
		return err
	}
	from := series.Source{Repo: o.repo, Base: o.base, Files: sorted.patches, Ranges: sorted.ranges}
	if slices.Contains(sorted.patches, series.StandardInput) {
		from.Stdin = a.input(ctx, "the patches")
	}
	patches, err := from.Read(ctx, store)
	if err != nil {
		return err
	}
	source, unlock, err := from.Tree(ctx, store)
	if err != nil {
		return err
	}
	defer unlock()
	steps, err := a.trySeries(ctx, store, o, source, patches, first, k)
	return a.seriesOutcome(steps, writeSoFar(ctx, steps, err, func(err error) error { return write(steps, len(patches), err) }))
}

// writeSoFar writes the steps that were done, even after an interrupt or another error.
func writeSoFar(ctx context.Context, steps []series.Step, err error, write func(error) error) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if len(steps) == 0 {
		return err
	}
	return blame.Join(err, write(err))
}

// seriesOutcome returns the error of a series that has ended, early because of err if that
// is not nil. A patch that is at fault counts even then.
func (a *app) seriesOutcome(steps []series.Step, err error) error {
	switch status := series.Status(steps); {
	case status == exit.Failed:
		return a.failWith(verdicts(status), err)
	case err == nil && status != exit.Passed:
		return verdicts(status)
	}
	return err
}

func (a *app) trySeries(ctx context.Context, store *cache.Cache, o seriesOptions, source string, patches []series.Patch, first *patchesFirst, k *kept) (steps []series.Step, err error) {
	show, done := a.buildProgress()
	o.build.Cache, o.build.Source, o.build.Progress = store, source, show
	shop, err := o.build.Workshop(ctx, "series")
	done()
	if err != nil {
		return nil, err
	}
	defer shop.Close()
	runner, err := o.scripts.with(k.recording(a.runner(store, o.Options)))
	if err != nil {
		return nil, err
	}
	bench := lab.Patched{Bench: &lab.Bench{Runner: runner, Workshop: shop, Cases: first.list, Built: done}, Order: first.before}
	p := seriesProgress{a: a, k: k, patches: patches}
	p.begin("base")
	steps, err = series.Run(ctx, bench, patches, p.tell)
	first.annotate(steps)
	return steps, blame.Join(err, p.lost)
}
