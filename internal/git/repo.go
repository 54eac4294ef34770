// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// Repo is a developer's repository. It is only read.
type Repo struct {
	dir     string
	objects string // its object database
	common  string // its .git
}

// Open finds the repository of dir.
func Open(ctx context.Context, dir string) (*Repo, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, blame.AdviseUserf("name the directory of a git repository", "there is no directory %s", dir)
	}
	r := &Repo{dir: dir}
	out, err := r.ask(ctx, "rev-parse", "--path-format=absolute", "--git-path", "objects", "--git-common-dir")
	if err != nil {
		var e *blame.Error
		if errors.As(err, &e) && ctx.Err() == nil {
			e.Summary, e.Err = "no git repository in "+dir, nil // the tail says why
			if strings.Contains(e.Tail, "not a git repository") {
				e.Advice = "name the kernel's repository with --git DIR; an unpacked tarball is none"
			}
		}
		return nil, err
	}
	lines := strings.Split(out, "\n")
	if len(lines) != 2 {
		return nil, blame.Rigf("git rev-parse printed %q", out)
	}
	r.objects, r.common = lines[0], lines[1]
	return r, nil
}

// ID identifies a repository; all its work trees have the same ID.
func (r *Repo) ID() string { return r.common }

func (r *Repo) ask(ctx context.Context, args ...string) (string, error) {
	out, err := Command{Dir: r.dir, Args: args}.Output(ctx)
	return strings.TrimSpace(string(out)), err
}

// Commit returns the full name of the commit rev.
func (r *Repo) Commit(ctx context.Context, rev string) (string, error) {
	sha, err := r.ask(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil && ctx.Err() == nil {
		return "", &blame.Error{Party: blame.User, Summary: "no such revision in " + r.dir + ": " + rev, Advice: "git -C " + r.dir + " log --oneline"}
	}
	return sha, err
}

// Subject returns the first line of a commit's message.
func (r *Repo) Subject(ctx context.Context, sha string) (string, error) {
	return r.ask(ctx, "show", "--no-patch", "--format=%s", sha)
}

// IsAncestor reports whether one commit is an ancestor of another.
func (r *Repo) IsAncestor(ctx context.Context, old, later string) (bool, error) {
	out, err := r.ask(ctx, "merge-base", old, later)
	return out == old, err
}

// Patches returns an mbox of the commits from one to another, the first one
// excluded.
func (r *Repo) Patches(ctx context.Context, from, to string) ([]byte, error) {
	merges, err := r.ask(ctx, "rev-list", "--merges", "--max-count=1", from+".."+to)
	if err != nil {
		return nil, err
	}
	if merges != "" {
		return nil, blame.Userf("%s..%s has a merge (%.12s): a series must be linear", from, to, merges)
	}
	out, err := Command{Dir: r.dir, Args: []string{"format-patch", "--stdout", "--no-ext-diff", "--no-textconv", "--no-signature",
		"--binary", "--full-index", "--no-cover-letter", "--no-attach", "--no-thread", from + ".." + to}}.Output(ctx)
	if err == nil && len(out) == 0 {
		err = blame.Userf("there is no commit that changes anything in %.12s..%.12s", from, to)
	}
	return out, err
}
