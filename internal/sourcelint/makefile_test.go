// SPDX-License-Identifier: Apache-2.0

package sourcelint

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// project makes a directory with the project's own name of a file, and with fakes of go
// and klptest. go records its arguments in the file "calls".
func project(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	text, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(dir, name), string(text))
	filetest.Put(t, filepath.Join(dir, "docs/fleet/go.mod"), "")
	filetest.Put(t, filepath.Join(dir, "bin/klptest"), "#!/bin/sh\n")
	filetest.Put(t, filepath.Join(dir, "go"), "#!/bin/sh\necho \"$*\" >>'"+dir+"/calls'\n[ \"$1\" != env ] || echo '"+dir+"/goroot'\n")
	return dir
}

// run runs a command in a project, and returns its output and what go was called with.
func run(t *testing.T, dir string, argv ...string) (said, calls string, err error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	c.Dir, c.Env = dir, []string{"PATH=/usr/bin:/bin", "GO=" + dir + "/go"}
	out, err := c.CombinedOutput()
	text, _ := os.ReadFile(filepath.Join(dir, "calls")) // missing if go was not called
	return string(out), string(text), err
}

func needMake(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("no make here")
	}
}

// make check fails if gofmt does not run, wherever it is.
func TestCheckNeedsGofmt(t *testing.T) {
	needMake(t)
	for name, c := range map[string]struct {
		gofmt string
		fails bool
	}{
		"missing":       {"", true},
		"broken":        {"exit 2\n", true},
		"not formatted": {"echo a.go\n", true},
		"formatted":     {"exit 0\n", false},
	} {
		dir := project(t, "Makefile")
		if c.gofmt != "" {
			filetest.Put(t, filepath.Join(dir, "goroot/bin/gofmt"), "#!/bin/sh\n"+c.gofmt)
		}
		if said, _, err := run(t, dir, "make", "check"); (err != nil) != c.fails {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
	}
}

// Without a kernel, the tests that boot it would be skipped, and so seem to pass.
func TestVMTestsNeedTheirKernel(t *testing.T) {
	needMake(t)
	for _, target := range []string{"vm-test", "attack", "bench"} {
		dir := project(t, "Makefile")
		filetest.Put(t, filepath.Join(dir, "goroot/bin/gofmt"), "#!/bin/sh\n")
		filetest.Put(t, filepath.Join(dir, ".ci/deps"), "#!/bin/sh\n")
		filetest.Put(t, filepath.Join(dir, "bin/klptest"), "#!/bin/sh\n[ $1 != kernel ]\n")
		said, calls, err := run(t, dir, "make", target)
		if err == nil || strings.Contains(calls, "-run Integration") || strings.Contains(calls, "-run Attack") || strings.Contains(calls, "-bench") {
			t.Errorf("%s: %v\n%s\n%s", target, err, calls, said)
		}
	}
}

func TestFuzz(t *testing.T) {
	dir := project(t, ".ci/fuzz")
	if said, _, err := run(t, dir, ".ci/fuzz", "1s"); err == nil {
		t.Errorf("it passes without a fuzz test: %s", said)
	}
	filetest.Put(t, filepath.Join(dir, "a/a_test.go"), "func FuzzA(f *testing.F) {\nfunc FuzzB(f *testing.F) {\n")
	said, calls, err := run(t, dir, ".ci/fuzz", "1s")
	if err != nil || strings.Count(calls, "\n") != 2 || !strings.Contains(calls, "-fuzz ^FuzzB$ -fuzztime 1s") {
		t.Errorf("%v\n%s\n%s", err, calls, said)
	}
	filetest.Put(t, filepath.Join(dir, "go"), "#!/bin/sh\nexit 1\n")
	if said, _, err := run(t, dir, ".ci/fuzz", "1s"); err == nil {
		t.Errorf("it passes although a fuzz test fails: %s", said)
	}
}
