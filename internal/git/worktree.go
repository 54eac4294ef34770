// SPDX-License-Identifier: Apache-2.0

package git

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Worktree is a work tree of klptest's own, with the commits of a repository.
type Worktree struct{ Dir string }

// Borrow makes a work tree in dir, or reuses the one there, with the
// repository's present commits.
func (r *Repo) Borrow(ctx context.Context, dir string) (*Worktree, error) {
	w := &Worktree{Dir: dir}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, ".git/HEAD")); errors.Is(err, os.ErrNotExist) {
		if _, err := w.Git(ctx, "init", "--quiet", "--template="); err != nil {
			return nil, err
		}
	}
	info := filepath.Join(dir, ".git/objects/info")
	if err := os.MkdirAll(info, 0o700); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(info, "alternates"), []byte(r.objects+"\n"), 0o600); err != nil {
		return nil, err
	}
	return w, w.copyShallow(r.common)
}

// copyShallow copies the boundary of a shallow repository's history.
func (w *Worktree) copyShallow(common string) error {
	to := filepath.Join(w.Dir, ".git/shallow")
	data, err := os.ReadFile(filepath.Join(common, "shallow"))
	if errors.Is(err, os.ErrNotExist) {
		return os.RemoveAll(to)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// Git runs git in the work tree.
func (w *Worktree) Git(ctx context.Context, args ...string) (string, error) {
	out, err := w.Command(args...).Output(ctx)
	return strings.TrimSpace(string(out)), err
}

// Command returns a run of git in the work tree.
func (w *Worktree) Command(args ...string) Command {
	return Command{Dir: w.Dir, Args: args, Own: true}
}

// Step runs a program in the work tree as git bisect run does, and returns its
// exit status. Its output goes to out.
func (w *Worktree) Step(ctx context.Context, out io.Writer, words []string) (status int, err error) {
	c := w.Command()
	c.Steps = true
	p := c.program()
	p.Name, p.Args, p.Stdout, p.Stderr = words[0], words[1:], out, out
	err = p.Run(ctx)
	if ended, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil && ended.Exited() {
		return ended.ExitCode(), nil
	}
	return 0, err
}

// Checkout makes the work tree equal to the commit, whatever was there before.
func (w *Worktree) Checkout(ctx context.Context, sha string) error {
	// The lock of a killed git; the work tree has one user.
	if err := os.RemoveAll(filepath.Join(w.Dir, ".git/index.lock")); err != nil {
		return err
	}
	if _, err := w.Git(ctx, "checkout", "--quiet", "--force", "--detach", sha); err != nil {
		return err
	}
	_, err := w.Git(ctx, "clean", "--quiet", "-ffdx")
	return err
}
