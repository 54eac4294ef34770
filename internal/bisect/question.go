// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/git"
)

// Ask makes a question of two revisions, of which good must be an ancestor of
// bad; step is the command that judges a commit.
func Ask(ctx context.Context, r *git.Repo, good, bad string, step []string) (q Question, err error) {
	q.Step = step
	if q.Good, err = r.Commit(ctx, good); err != nil {
		return q, err
	}
	if q.Bad, err = r.Commit(ctx, bad); err != nil {
		return q, err
	}
	if ok, err := r.IsAncestor(ctx, q.Good, q.Bad); err != nil || !ok || q.Good == q.Bad {
		return q, &blame.Error{Party: blame.User, Summary: good + " is not before " + bad, Advice: "--good must be an ancestor of --bad", Err: err}
	}
	return q, nil
}
