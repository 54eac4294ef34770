// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/klptest/klptest/internal/blame"
)

// own makes a file of the view a real one with the source's contents, so that
// it can be written to. The file need not exist. Only a path that cannot be a file's is
// the user's fault: another error is the host's.
func (v view) own(path string) error {
	if !filepath.IsLocal(path) || filepath.Clean(path) != path || !linked(strings.Split(path, "/")[0]) {
		return foreign(path)
	}
	if err := v.ownDir(filepath.Dir(path)); err != nil {
		return err
	}
	full := filepath.Join(v.dir, path)
	info, err := os.Lstat(full)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode().IsRegular() {
		return nil
	}
	info, err = os.Stat(full)
	switch {
	case unreachable(err) || err == nil && !info.Mode().IsRegular():
		return foreign(path)
	case err != nil:
		return err
	}
	data, err := os.ReadFile(full)
	if err != nil {
		return err
	}
	if err := os.Remove(full); err != nil {
		return err
	}
	return os.WriteFile(full, data, info.Mode().Perm()|0o600)
}

// ownDir makes a directory of the view, and those above it, real ones.
func (v view) ownDir(dir string) error {
	if dir == "." {
		return nil
	}
	if err := v.ownDir(filepath.Dir(dir)); err != nil {
		return err
	}
	full := filepath.Join(v.dir, dir)
	info, err := os.Lstat(full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.Mkdir(full, 0o700)
	case err == nil && info.IsDir():
		return nil
	}
	info, err = os.Stat(full)
	switch {
	case unreachable(err) || err == nil && !info.IsDir():
		return foreign(dir)
	case err != nil:
		return err
	}
	if err := blame.Join(os.Remove(full), os.Mkdir(full, 0o700)); err != nil {
		return err
	}
	return v.linkDir(dir)
}

// foreign is the error of a path that is no file, or no directory of one, in the tree.
func foreign(path string) error {
	return blame.Userf("not a file of the kernel tree: %q", path)
}

// unreachable reports whether a path itself leads nowhere: the host can read the tree.
func unreachable(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR)
}
