// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/klptest/klptest/internal/cache"
)

// treeKind is the directory of the cache with klptest's own work trees.
const treeKind = "kernel-trees"

// BorrowIn borrows the work tree in the cache that belongs to r. It is the
// caller's until unlock.
func (r *Repo) BorrowIn(ctx context.Context, store *cache.Cache) (tree *Worktree, unlock func(), err error) {
	id := fmt.Sprintf("%x", sha256.Sum256([]byte(r.ID())))[:16]
	dir, unlock, err := store.Hold(ctx, treeKind, id)
	if err != nil {
		return nil, nil, err
	}
	if tree, err = r.Borrow(ctx, dir); err != nil {
		unlock()
		return nil, nil, err
	}
	return tree, unlock, nil
}
