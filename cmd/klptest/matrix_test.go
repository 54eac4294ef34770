// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
	"github.com/klptest/klptest/kmods/kmodstest"
	"github.com/klptest/klptest/vm/vmtest"
)

const (
	kills       = 20
	killedAfter = 1500 * time.Millisecond // at the latest; the whole matrix takes several times as long
)

const killedMatrix = `kernels:
  - {name: one, kernel: %[1]s}
  - {name: two, kernel: %[1]s}
  - {name: gone, kernel: ./nosuch}
cases:
  - {name: some, select: [state-add, func-patched, ./wrong.txtar, sysfs-replace, 'version-*']}
options:
  - {name: plain}
  - {name: twice, repeat: 2, shuffle: 7}
`

const wrongCase = `A livepatch that says something else.

-- transcript --
% insmod klp_a
klp_a: something else
% echo 0 > /sys/kernel/livepatch/klp_a/enabled
% rmmod klp_a
`

// TestMatrixKilled kills a matrix at random moments and resumes it: no result is lost on
// the way, and it ends with the same results as an undisturbed one.
func TestMatrixKilled(t *testing.T) {
	dir, kernel := t.TempDir(), imagestest.BuildTree(t)
	filetest.Put(t, filepath.Join(dir, "m.yaml"), fmt.Sprintf(killedMatrix, kernel))
	filetest.Put(t, filepath.Join(dir, "wrong.txtar"), wrongCase)
	command := modelMatrix(t, dir, kernel)
	whole, killed := filepath.Join(dir, "whole"), filepath.Join(dir, "killed")
	said, err := command("whole").CombinedOutput()
	if want := "exit status 1"; err == nil || err.Error() != want {
		t.Fatalf("%v, want %s\n%s", err, want, said)
	}
	seed := uint64(time.Now().UnixNano())
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	had := 0
	for range kills {
		c := command("killed")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Int64N(int64(killedAfter))))
		c.Process.Kill()
		c.Wait()
		n := len(resultLines(t, killed))
		if n < had {
			t.Fatalf("of %d results %d are left", had, n)
		}
		had = n
	}
	t.Logf("%d results after %d kills", had, kills)
	said, err = command("killed").CombinedOutput()
	if want := "exit status 1"; err == nil || err.Error() != want {
		t.Fatalf("%v, want %s\n%s", err, want, said)
	}
	if d := cmp.Diff(resultLines(t, whole), resultLines(t, killed)); d != "" {
		t.Errorf("the results differ (-whole +killed):\n%s", d)
	}
	left, err := os.ReadDir(killed)
	if err != nil || len(left) != 7 { // a directory for each cell, and the lock
		t.Errorf("%d files are left: %v, %v", len(left), left, err)
	}
}

// modelMatrix returns a function that makes the command that runs m.yaml of a directory, in
// guests that are a model of Linux 6.12. kernel is the build tree that they seem to boot.
func modelMatrix(t *testing.T, dir, kernel string) (command func(out string) *exec.Cmd) {
	t.Helper()
	if vmtest.Dynamic(t) {
		t.Skip("the test program is /init of the guests, which must be static: CGO_ENABLED=0")
	}
	bin := filepath.Join(dir, "bin")
	kmodstest.Make(t, bin)
	filetest.Put(t, filepath.Join(kernel, ".config"), imagestest.TreeConfig+modelConfig)
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	qemu := vmtest.QEMU(t, vmtest.Script{Model: "6.12"})
	return func(out string) *exec.Cmd {
		c := exec.Command("klptest", "matrix", "m.yaml", "--out", out, "--qemu", qemu, "--accel", "tcg", "--confirm", "0", "-j", "2")
		c.Dir = dir
		return c
	}
}

// resultLines returns the results in a directory, one a line.
func resultLines(t *testing.T, dir string) (list []string) {
	t.Helper()
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil // it was killed before it began
	}
	var docs []report.Document
	for _, e := range names {
		if !e.IsDir() {
			continue
		}
		more, err := results.Read([]string{filepath.Join(dir, e.Name())})
		if err == nil { // else it was killed before its first result
			docs = append(docs, more...)
		}
	}
	for _, d := range results.Merge(docs) {
		for _, o := range d.Outcomes {
			list = append(list, fmt.Sprintf("%s: %s %s %q %s", d.Label, o.Name, o.Verdict, o.Reasons, o.Observed))
		}
		if d.Error != "" && len(d.Outcomes) == 0 {
			list = append(list, fmt.Sprintf("%s: %d not run, %s", d.Label, d.Total, d.Error))
		}
	}
	slices.Sort(list)
	return list
}
