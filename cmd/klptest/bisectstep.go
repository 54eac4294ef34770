// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/images/local"
	"github.com/klptest/klptest/internal/bisect"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/git"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/rig"
)

// stepOptions are the flags that bisect hands on to each step.
type stepOptions struct {
	rig.Options
	build kbuild.Builder
}

func stepFlags(c *cobra.Command, o *stepOptions) {
	guestFlags(c.Flags(), &o.Options)
	confirmFlag(c.Flags(), &o.Options)
	buildFlags(c, &o.build)
}

// bisectStepCommand judges the commit that git bisect run has checked out in
// the current directory.
func (a *app) bisectStepCommand() *cobra.Command {
	var o stepOptions
	c := &cobra.Command{
		Use:    "bisect-step CASE|PATTERN|FILE...",
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
	list, err := selectCases(args)
	if err != nil {
		return note, err
	}
	here, err := os.Getwd()
	if err != nil {
		return note, err
	}
	tree := git.Worktree{Dir: here}
	if note.Commit, err = tree.Git(ctx, "rev-parse", "HEAD"); err != nil {
		return note, err
	}
	if note.Subject, err = tree.Git(ctx, "show", "--no-patch", "--format=%s", "HEAD"); err != nil {
		return note, err
	}
	note.Judgement, err = a.judge(ctx, o, list)
	return note, err
}

// judge builds the kernel and runs the cases. What is the tree's fault is a
// reason to skip the commit; what is this host's ends the search.
func (a *app) judge(ctx context.Context, o stepOptions, list []*casefile.Case) (bisect.Judgement, error) {
	k, err := a.buildHere(ctx, o.build)
	switch {
	case ctx.Err() != nil:
		return bisect.Judgement{}, context.Cause(ctx)
	case errors.Is(err, kbuild.ErrBroken) || err != nil && blame.Of(err) == blame.User:
		why, _, _ := strings.Cut(err.Error(), "\n")
		return bisect.Judgement{Mark: bisect.Skip, Why: why}, nil
	case err != nil:
		return bisect.Judgement{}, err
	}
	store, err := a.openCache()
	if err != nil {
		return bisect.Judgement{}, err
	}
	return bisect.Judge(ctx, func(ctx context.Context) ([]judge.Result, error) {
		return a.runner(store, o.Options).Run(ctx, k, repeatOptions{}.of(list))
	})
}

func (a *app) buildHere(ctx context.Context, b kbuild.Builder) (*images.Kernel, error) {
	if missing := kbuild.MissingTools(nil); len(missing) > 0 {
		return nil, &blame.Error{Summary: "no kernel can be built here", Advice: kbuild.InstallTools(missing)}
	}
	store, err := a.openCache()
	if err != nil {
		return nil, err
	}
	show, done := a.buildProgress()
	defer done()
	b.Cache, b.Source, b.Progress = store, ".", show
	dir, err := b.Build(ctx)
	if err != nil {
		return nil, err
	}
	return local.Tree(dir)
}
