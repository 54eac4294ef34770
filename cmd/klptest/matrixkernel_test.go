// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/images/local"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/resume"
	"github.com/klptest/klptest/internal/rig"
)

// finishedOnTree returns a cell that has all its results, on the kernel in a build tree.
func finishedOnTree(t *testing.T, tree string) *cell {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", filepath.Join(t.TempDir(), "cache"))
	dir := t.TempDir()
	c, d := ranCell(t, dir, "x", judge.Pass)
	c.Kernel.Spec = tree
	k, err := local.Tree(tree)
	if err != nil {
		t.Fatal(err)
	}
	k.Spec = tree
	id, err := rig.KernelID(k)
	if err != nil {
		t.Fatal(err)
	}
	d.Provenance = onKernel(d.Provenance, k, id)
	putResults(t, filepath.Join(dir, "x"), d)
	return c
}

// TestMatrixOnAChangedKernel: finished results do not count for a kernel that has changed
// since, even if its name and its release are the same.
func TestMatrixOnAChangedKernel(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, tree string)
		other  bool   // all cases run again
		why    string // else: why the cell has an error
	}{
		{"nothing", func(*testing.T, string) {}, false, ""},
		{"the kernel", func(t *testing.T, tree string) {
			filetest.Put(t, filepath.Join(tree, "vmlinux"), imagestest.PVHKernel()+"changed")
		}, true, ""},
		{"its configuration", func(t *testing.T, tree string) {
			filetest.Put(t, filepath.Join(tree, ".config"), imagestest.TreeConfig+"CONFIG_SMP=y\n")
		}, true, ""},
		{"it is gone", func(t *testing.T, tree string) {
			if err := os.RemoveAll(tree); err != nil {
				t.Fatal(err)
			}
		}, false, "no such kernel"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree := imagestest.BuildTree(t)
			c := finishedOnTree(t, tree)
			test.change(t, tree)
			var said bytes.Buffer
			d, err := quietApp(&bytes.Buffer{}, &said).resumeCell(t.Context(), c, false)
			why := ""
			if err != nil && !errors.Is(err, resume.ErrOtherKernel) {
				why = err.Error()
			}
			if errors.Is(err, resume.ErrOtherKernel) != test.other || !strings.HasPrefix(why, test.why) || (why == "") != (test.why == "") {
				t.Errorf("%v", err)
			}
			left, _ := os.ReadDir(c.dir)
			if len(d.Outcomes) != 1 || len(left) != 1 || strings.Contains(said.String(), "all results are there") != (err == nil) {
				t.Errorf("%d results, %v; said %s", len(d.Outcomes), left, said.String())
			}
		})
	}
}

// TestMatrixDoesNotAskForAKernel: a distribution's kernel is not fetched when nothing is
// left to run.
func TestMatrixDoesNotAskForAKernel(t *testing.T) {
	c, d := ranCell(t, t.TempDir(), "x", judge.Pass)
	putResults(t, filepath.Join(c.dir, "x"), d)
	if _, err := quietApp(&bytes.Buffer{}, &bytes.Buffer{}).resumeCell(t.Context(), c, false); err != nil {
		t.Error(err)
	}
}

// TestMatrixRunsAgainOnAChangedKernel: a run records which kernel it was, and the next one
// notices another.
func TestMatrixRunsAgainOnAChangedKernel(t *testing.T) {
	dir, tree := t.TempDir(), imagestest.BuildTree(t)
	filetest.Put(t, filepath.Join(dir, "m.yaml"), "kernels: [{name: x, kernel: "+tree+"}]\ncases: [{name: y, select: [state-add]}]\n")
	command := modelMatrix(t, dir, tree)
	for _, test := range []struct{ vmlinux, want string }{
		{imagestest.PVHKernel(), "1 passed"},
		{imagestest.PVHKernel(), "x y: all results are there"},
		{imagestest.PVHKernel() + "changed", "x y: the kernel is another one than before; all cases run again"},
		{imagestest.PVHKernel() + "changed", "x y: all results are there"},
	} {
		filetest.Put(t, filepath.Join(tree, "vmlinux"), test.vmlinux)
		said, err := command("out").CombinedOutput()
		if err != nil || !strings.Contains(string(said), test.want) || !strings.Contains(string(said), "1 passed") {
			t.Errorf("%v, want %s:\n%s", err, test.want, said)
		}
	}
}
