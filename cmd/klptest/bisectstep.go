// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/bisect"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/git"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/rig"
)

// stepOptions are the flags that bisect passes on to each step.
type stepOptions struct {
	rig.Options
	build kbuild.Builder
	scripts
	keepOptions // out has a directory of results for each commit
}

func stepFlags(c *cobra.Command, o *stepOptions) {
	guestFlags(c.Flags(), &o.Options)
	confirmFlag(c.Flags(), &o.Options)
	buildFlags(c, &o.build)
	o.scripts.flag(c)
	resultsFlags(c.Flags(), &o.keepOptions)
}

// stepName is the command that judges a commit.
const stepName = "bisect-step"

// bisectStepCommand judges the commit that git bisect run has checked out in
// the current directory.
func (a *app) bisectStepCommand() *cobra.Command {
	var o stepOptions
	c := &cobra.Command{
		Use:    stepName + " CASE|PATTERN|FILE...",
		Short:  "Judge one commit, for git bisect run",
		Hidden: true,
		RunE: func(c *cobra.Command, args []string) error {
			return a.bisectStep(c.Context(), o, args)
		},
	}
	stepFlags(c, &o)
	return c
}

func (a *app) bisectStep(ctx context.Context, o stepOptions, args []string) error {
	note, err := a.judgeCommit(ctx, o, args)
	if err != nil {
		if ctx.Err() == nil {
			explain(a.err, err)
		}
		return verdicts(exit.BisectAbort)
	}
	fmt.Fprintf(a.err, "klptest: %.12s %s: %s, %s\n", note.Commit, printable.Text(note.Subject), note.Mark, printable.Text(note.Why))
	if err := note.Write(bisect.NotesIn(".")); err != nil {
		return verdicts(exit.BisectAbort)
	}
	if code := note.Exit(); code != 0 {
		return verdicts(code)
	}
	return nil
}

func (a *app) judgeCommit(ctx context.Context, o stepOptions, args []string) (note bisect.Note, err error) {
	list, err := o.beside(args)
	if err != nil {
		return note, err
	}
	here, err := os.Getwd()
	if err != nil {
		return note, err
	}
	store, err := a.openCache(ctx)
	if err != nil {
		return note, err
	}
	tree := git.Worktree{Dir: here}
	commit, err := tree.Git(ctx, "rev-parse", "HEAD")
	if err != nil {
		return note, err
	}
	if o.out != "" {
		o.out = filepath.Join(o.out, commit)
	}
	err = a.keeping(o.keepOptions, o.Options, func(k *kept) error {
		k.next(commit)
		note, err = a.judgeHere(ctx, store, here, list, o, k)
		return err
	})
	return note, err
}

func (a *app) judgeHere(ctx context.Context, store *cache.Cache, here string, list []*casefile.Case, o stepOptions, k *kept) (bisect.Note, error) {
	show, done := a.buildProgress()
	o.build.Cache, o.build.Source, o.build.Progress = store, ".", show
	runner, err := o.scripts.with(k.recording(a.runner(store, o.Options)))
	if err != nil {
		return bisect.Note{}, err
	}
	return runner.JudgeCommit(ctx, here, o.build, done, repeatOptions{}.of(list))
}
