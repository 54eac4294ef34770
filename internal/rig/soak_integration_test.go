// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/klptest/klptest/cases/judge"
)

// TestIntegrationSoak makes clones one after the other and runs cases in parallel,
// and looks for leaks: processes, descriptors, files, goroutines. KLPTEST_SOAK is
// the number of clones; two thirds as many cases run (make soak: 300 and 200).
func TestIntegrationSoak(t *testing.T) {
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	clones := 15
	if text := os.Getenv("KLPTEST_SOAK"); text != "" {
		var err error
		if clones, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	defer goleak.VerifyNone(t)
	r := newRig(t, Options{Jobs: 4})
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(r.Work()); err == nil {
			t.Errorf("%s is still there", r.Work())
		}
	}()
	clone(t, r) // makes the template, and opens what stays open
	before := standing(t)
	for range clones {
		clone(t, r)
	}
	runMany(t, r, clones*2/3)
	if diff := cmp.Diff(before, standing(t)); diff != "" {
		t.Errorf("stays behind: %s", diff)
	}
	if left, err := os.ReadDir(r.Work()); err != nil || len(left) != 0 {
		t.Errorf("left in %s: %v, %v", r.Work(), left, err)
	}
}

func clone(t *testing.T, r *Rig) {
	t.Helper()
	g, err := r.clone(t.Context(), shape{r.o.CPUs, r.o.Memory})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Error(err)
	}
}

// runMany runs the same short case many times.
func runMany(t *testing.T, r *Rig, n int) {
	t.Helper()
	list := slices.Repeat(shipped(t, "state-lower-refused"), n)
	results, err := Collect(r.Run(t.Context(), Cases(list)))
	if err != nil || len(results) != n {
		t.Fatalf("%d results, %v", len(results), err)
	}
	for _, res := range results {
		if res.Verdict != judge.Pass {
			t.Errorf("%s: %q %s", res.Verdict, res.Reasons, res.Diff)
		}
	}
}

// standing lists what a run must release: descriptors, by their target,
// and child processes.
func standing(t *testing.T) (list []string) {
	t.Helper()
	fds, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if name, err := os.Readlink(fd); err == nil { // else it was opened by Glob itself
			list = append(list, inode.ReplaceAllString(name, ""))
		}
	}
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		if text, err := os.ReadFile(task); err == nil { // else the thread has ended
			for _, pid := range strings.Fields(string(text)) {
				list = append(list, "child "+pid)
			}
		}
	}
	slices.Sort(list)
	return list
}

// inode matches the part of a name that differs between sockets.
var inode = regexp.MustCompile(`:\[\d+\]$`)
