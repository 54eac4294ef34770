// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/git"
)

// Ask makes a question of two revisions; good must be an ancestor of bad. step
// is the command that judges a commit.
func Ask(ctx context.Context, r *git.Repo, good, bad string, step []string) (q Question, err error) {
	q.Step = step
	if q.Good, err = r.Commit(ctx, good); err != nil {
		return q, err
	}
	if q.Bad, err = r.Commit(ctx, bad); err != nil {
		return q, err
	}
	return q, q.check(ctx, r, good, bad)
}

// check refuses ends with nothing to search between them.
func (q Question) check(ctx context.Context, r *git.Repo, good, bad string) error {
	before, err := r.IsAncestor(ctx, q.Good, q.Bad)
	after, err2 := r.IsAncestor(ctx, q.Bad, q.Good)
	if err := blame.Join(err, err2); err != nil {
		return err
	}
	switch {
	case q.Good == q.Bad:
		return blame.AdviseUserf("give a --bad that comes after it", "--good and --bad are one commit, %.12s", q.Good)
	case after:
		return blame.AdviseUserf("exchange them", "--good %s comes after --bad %s", good, bad)
	case !before:
		return blame.AdviseUserf("give a --good that is an ancestor of --bad", "--good %s does not come before --bad %s", good, bad)
	}
	return nil
}
