// SPDX-License-Identifier: Apache-2.0

package series

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// refusing is a tree that cannot prepare files.
type refusing struct {
	*dir
	err error
}

func (r refusing) Own(...string) error { return r.err }

func TestOwnErrors(t *testing.T) {
	d := newDir(t)
	for _, c := range []struct {
		err   error
		patch bool // is to blame
	}{
		{blame.Userf("no file of the tree"), true},
		{&os.PathError{Op: "open", Path: "f", Err: syscall.ENOSPC}, false},
		{blame.Rigf("no room"), false},
	} {
		err := Patch{Diff: []byte(oneDiff)}.Apply(t.Context(), refusing{d, c.err})
		if !errors.Is(err, c.err) || errors.Is(err, ErrDoesNotApply) != c.patch {
			t.Errorf("%v: %v", c.err, err)
		}
	}
}

// TestNoGit: a host without git, or with one that is killed, says nothing about a patch.
func TestNoGit(t *testing.T) {
	for name, script := range map[string]string{
		"none":   "",
		"killed": "#!/bin/sh\nkill -9 $$\n",
	} {
		bin := t.TempDir()
		if script != "" {
			filetest.Put(t, filepath.Join(bin, "git"), script)
		}
		t.Setenv("PATH", bin)
		err := Patch{Diff: []byte(oneDiff)}.Apply(t.Context(), newDir(t))
		if err == nil || errors.Is(err, ErrDoesNotApply) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnwrittenPatch: a patch that fits, but cannot be written, is not to blame.
func TestUnwrittenPatch(t *testing.T) {
	bin := t.TempDir()
	filetest.Put(t, filepath.Join(bin, "git"), "#!/bin/sh\ncase $* in *--numstat* | *--check*) exit 0;; esac\necho 'error: unable to write file f' >&2\nexit 128\n")
	t.Setenv("PATH", bin)
	err := Patch{Diff: []byte(oneDiff)}.Apply(t.Context(), newDir(t))
	if err == nil || errors.Is(err, ErrDoesNotApply) || blame.Of(err) != blame.Rig || !strings.Contains(detail(err), "unable to write") {
		t.Errorf("%v: %s", err, detail(err))
	}
}

// TestCorruptPatch: git refuses what is no patch.
func TestCorruptPatch(t *testing.T) {
	if err := (Patch{Diff: []byte("--- a/f\n+++ b/f\n@@ -1,9 +1 @@\n-one\n")}).Apply(t.Context(), newDir(t)); !errors.Is(err, ErrDoesNotApply) {
		t.Error(err)
	}
}

// TestNoGitIsToldFirst: a plain diff is read without git, but cannot be applied.
func TestNoGitIsToldFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.patch")
	filetest.Put(t, file, oneDiff)
	t.Setenv("PATH", t.TempDir())
	s := Source{Base: "linux", Files: []string{file}}
	if _, err := s.Read(t.Context(), cachetest.New(t)); err == nil || blame.Of(err) != blame.User || !strings.Contains(blame.Detail(err), "apt-get install git") {
		t.Error(err)
	}
}
