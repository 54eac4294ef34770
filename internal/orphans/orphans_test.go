// SPDX-License-Identifier: Apache-2.0

package orphans

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/supervise/supervisetest"
)

// parentEnv makes the test program adopt the descendants of a shell, in the directory that
// it names, and end them.
const parentEnv = "KLPTEST_TEST_PARENT"

// leaves leaves a process in the background, and one with a child in a session of its own.
// Each has written its ID when the shell ends.
const leaves = `sleep 600 & echo $! >a
setsid sh -c 'sleep 600 & echo $$ $! >b; wait' &
until [ -s b ]; do sleep 0.01; done
echo $(cat a b) >pids.new; mv pids.new pids`

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentEnv); dir != "" {
		if err := endIn(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func endIn(dir string) error {
	if err := Adopt(); err != nil {
		return err
	}
	cmd := exec.Command("/bin/sh", "-c", leaves)
	cmd.Dir = dir
	err := cmd.Run()
	before, childrenErr := children()
	if len(before) != 2 {
		err = errors.Join(err, fmt.Errorf("adopted %d", before))
	}
	err = errors.Join(err, childrenErr, EndAll(time.Minute))
	if _, none := reap(); none != unix.ECHILD {
		err = errors.Join(err, errors.New("there are children left"))
	}
	return errors.Join(err, EndAll(0)) // with nothing to do
}

// TestEndAll: no process outlasts it, wherever it hides.
func TestEndAll(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), parentEnv+"="+dir)
	out, err := cmd.CombinedOutput()
	pids := supervisetest.WaitFor(t, filepath.Join(dir, "pids"))
	supervisetest.KillAtEnd(t, pids)
	if err != nil || len(pids) != 3 {
		t.Errorf("%v, %v: %s", pids, err, out)
	}
	supervisetest.WantGone(t, pids, 0)
}

func TestParent(t *testing.T) {
	for stat, want := range map[string]int{"12 (a) S 7 1 1": 7, "12 (a) b) R 9 1": 9, "12 (a) S": 0, "": 0} {
		if got := parent([]byte(stat)); got != want {
			t.Errorf("%q: %d", stat, got)
		}
	}
	own, err := os.ReadFile("/proc/self/stat")
	if err != nil || parent(own) != os.Getppid() {
		t.Errorf("%s: %v", own, err)
	}
}
