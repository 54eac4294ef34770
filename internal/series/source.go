// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/git"
)

// Source is the origin of a series and the tree that it applies to.
type Source struct {
	Repo   string    // a kernel repository, for Ranges and for a Base that is a revision
	Base   string    // a source tree or a revision; empty: the first revision of the first range
	Files  []string  // patches and mailboxes; see StandardInput
	Ranges []string  // REV..REV, after the files
	Stdin  io.Reader // may be nil if StandardInput is not among the files
}

// Read reads the patches. If Base is empty, it is set from the first range.
func (s *Source) Read(ctx context.Context, store *cache.Cache) ([]Patch, error) {
	if len(s.Files)+len(s.Ranges) == 0 {
		return nil, blame.Userf("no patch, mailbox or REV..REV was given")
	}
	if err := git.Installed(); err != nil { // rather than after the base was built
		return nil, err
	}
	tmp, release, err := store.Temp("series")
	if err != nil {
		return nil, err
	}
	defer release()
	patches, err := s.readFiles(ctx, tmp, store.Tell)
	if err != nil {
		return nil, err
	}
	for _, r := range s.Ranges {
		some, err := s.readRange(ctx, tmp, r)
		if err != nil {
			return nil, err
		}
		patches = append(patches, some...)
	}
	return patches, nil
}

func (s *Source) readRange(ctx context.Context, tmp, revs string) ([]Patch, error) {
	r, err := git.Open(ctx, s.Repo)
	if err != nil {
		return nil, err
	}
	from, to, _ := strings.Cut(revs, "..")
	if to == "" {
		to = "HEAD"
	}
	if from, err = r.Commit(ctx, from); err != nil {
		return nil, err
	}
	if to, err = r.Commit(ctx, to); err != nil {
		return nil, err
	}
	mails, err := r.Patches(ctx, from, to)
	if err != nil {
		return nil, err
	}
	if s.Base == "" {
		s.Base = from
	}
	return Split(ctx, tmp, revs, mails)
}

// Tree returns the source tree that the series applies to. The caller owns it until
// unlock. Call Read first.
func (s *Source) Tree(ctx context.Context, store *cache.Cache) (dir string, unlock func(), err error) {
	if s.Base == "" {
		return "", nil, &blame.Error{Party: blame.User, Summary: "nothing says what the series applies to", Advice: "give --base SRC, or --base REV with --git DIR"}
	}
	if info, err := os.Stat(s.Base); err == nil && info.IsDir() {
		return s.Base, func() {}, nil
	}
	r, sha, err := s.revision(ctx)
	if err != nil {
		return "", nil, err
	}
	tree, unlock, err := r.BorrowIn(ctx, store)
	if err != nil {
		return "", nil, err
	}
	if err := tree.Checkout(ctx, sha); err != nil {
		unlock()
		return "", nil, err
	}
	return tree.Dir, unlock, nil
}

// revision finds the base in the repository. A base that is not found may have been
// meant as a directory.
func (s *Source) revision(ctx context.Context) (r *git.Repo, sha string, err error) {
	if r, err = git.Open(ctx, s.Repo); err == nil {
		sha, err = r.Commit(ctx, s.Base)
	}
	if err != nil && ctx.Err() == nil {
		err = blame.AdviseUserf("give --base SRC, or --base REV with --git DIR", "--base %s is no directory, and as a revision: %v", s.Base, err)
	}
	return r, sha, err
}
