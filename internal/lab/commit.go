// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/images/local"
	"github.com/klptest/klptest/internal/bisect"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/git"
)

// JudgeCommit builds the kernel of the commit that is checked out in a work
// tree, and judges it by the cases and the selftests. A fault of the tree skips
// the commit; a fault of this host is an error, and ends the search. built is
// called when the build has ended.
func (r Runner) JudgeCommit(ctx context.Context, dir string, b kbuild.Builder, built func(), list []*casefile.Case) (note bisect.Note, err error) {
	tree := git.Worktree{Dir: dir}
	if note.Commit, err = tree.Git(ctx, "rev-parse", "HEAD"); err != nil {
		return note, err
	}
	if note.Subject, err = tree.Git(ctx, "show", "--no-patch", "--format=%s", "HEAD"); err != nil {
		return note, err
	}
	selftests, err := r.selftestsOf(ctx, dir)
	var k *images.Kernel
	if err == nil {
		k, err = buildTree(ctx, b)
		built()
	}
	switch {
	case ctx.Err() != nil:
		return note, context.Cause(ctx)
	case errors.Is(err, kbuild.ErrBroken) || err != nil && blame.Of(err) == blame.User:
		why, _, _ := strings.Cut(err.Error(), "\n")
		note.Judgement = bisect.Judgement{Mark: bisect.Skip, Why: why}
		return note, nil
	case err != nil:
		return note, err
	}
	note.Judgement, err = bisect.Judge(ctx, func(ctx context.Context) ([]judge.Result, error) {
		return r.runBoth(ctx, k, list, selftests)
	})
	return note, err
}

func buildTree(ctx context.Context, b kbuild.Builder) (*images.Kernel, error) {
	if missing := kbuild.MissingTools(nil); len(missing) > 0 {
		return nil, &blame.Error{Summary: "no kernel can be built here", Advice: kbuild.InstallTools(missing)}
	}
	dir, err := b.Build(ctx)
	if err != nil {
		return nil, err
	}
	return local.Tree(dir)
}
