// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
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
