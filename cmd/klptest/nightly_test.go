// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// nightlyStub stands in for klptest: matrix and compare exit with $MATRIX and $COMPARE.
const nightlyStub = `#!/bin/sh
printf '%s\n' "$*" >>said
case $1 in
matrix) mkdir -p "$4"; touch "$4/.lock.0of0"; exit "$MATRIX" ;;
compare) exit "$COMPARE" ;;
esac
`

// TestNightly runs docs/ci/nightly.sh night after night: each is compared with those that
// came to their end before, also when it runs once more.
func TestNightly(t *testing.T) {
	script, err := filepath.Abs(top + "docs/ci/nightly.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	filetest.Put(t, filepath.Join(dir, "klptest"), nightlyStub)
	if err := os.Chmod(filepath.Join(dir, "klptest"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		day, matrix, compare string
		status               int
		old                  string // what it is compared with; empty: nothing
	}{
		{"1", "1", "9", 1, ""},
		{"1", "1", "9", 1, ""},
		{"2", "4", "9", 4, ""},
		{"3", "130", "9", 130, ""},
		{"4", "1", "0", 0, "--old n/1"},
		{"4", "1", "0", 0, "--old n/1"},
		{"5", "1", "1", 1, "--old n/1 --old n/4"},
		{"6", "1", "3", 3, "--old n/4 --old n/5"},
		{"7", "3", "0", 3, "--old n/4 --old n/5 --old n/6"},
		{"8", "0", "0", 0, "--old n/4 --old n/5 --old n/6 --old n/7"},
		{"9", "3", "1", 1, "--old n/5 --old n/6 --old n/7 --old n/8"},
		{"9", "130", "9", 130, ""},
		{"a", "1", "0", 0, "--old n/6 --old n/7 --old n/8"},
	} {
		c := exec.Command("sh", script, "m.yaml", "n")
		c.Dir, c.Env = dir, append(os.Environ(), "KLPTEST=./klptest", "KEEP=4", "DAY="+test.day, "MATRIX="+test.matrix, "COMPARE="+test.compare)
		out, _ := c.CombinedOutput()
		want := "matrix m.yaml --out n/" + test.day + " --run-id " + test.day + " --bundle\n"
		if test.old != "" {
			want += "compare " + test.old + " --latest n/" + test.day + " --format markdown\n"
			checkCommand(t, "nightly.sh", strings.Fields(want)[7:])
		}
		said, err := os.ReadFile(filepath.Join(dir, "said"))
		if got := c.ProcessState.ExitCode(); err != nil || got != test.status || !strings.HasPrefix(string(said), want) {
			t.Errorf("night %s: status %d, want %d; %v\n%s%s", test.day, got, test.status, err, said, out)
		}
		if _, err := os.Stat(filepath.Join(dir, "n", "compare.md")); (err == nil) != (test.old != "") {
			t.Errorf("night %s: compare.md: %v", test.day, err)
		}
		if err := os.Remove(filepath.Join(dir, "said")); err != nil {
			t.Fatal(err)
		}
	}
}

// step is a step of a workflow for GitHub.
type step struct {
	If, Uses, Run string
	With          map[string]any
}

// TestRecipesKeep: a night that is red, or is cut short, is kept as well, and an attempt at
// it does not stand in the way of the next one.
func TestRecipesKeep(t *testing.T) {
	var workflow struct {
		Jobs map[string]struct{ Steps []step }
	}
	decode(t, recipe(t, "ci/github.yml"), &workflow)
	steps, with := workflow.Jobs["klptest"].Steps, func(part string) int {
		return slices.IndexFunc(workflow.Jobs["klptest"].Steps, func(s step) bool { return strings.Contains(s.Uses+s.Run, part) })
	}
	restore, run, save := with("actions/cache/restore@"), with("nightly.sh"), with("actions/cache/save@")
	if restore < 0 || run < restore || save < run || with("actions/cache@") >= 0 {
		t.Fatalf("restore %d, run %d, save %d", restore, run, save)
	}
	if key := fmt.Sprint(steps[restore].With["key"]); !strings.Contains(key, "github.run_id") || !strings.Contains(key, "github.run_attempt") {
		t.Errorf("the key is %s", key)
	}
	if steps[save].If != "always()" || steps[save].With["path"] != steps[restore].With["path"] {
		t.Errorf("saved: %+v", steps[save])
	}
	var pipeline struct {
		Klptest struct{ Cache struct{ When string } }
	}
	if decode(t, recipe(t, "ci/gitlab.yml"), &pipeline); pipeline.Klptest.Cache.When != "always" {
		t.Errorf("GitLab saves the cache %s", pipeline.Klptest.Cache.When)
	}
}

// recipe reads a file in docs.
func recipe(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(top + "docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
