// SPDX-License-Identifier: Apache-2.0

package supervisetest

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// maxWait is how long a program may take to start on a slow machine.
const maxWait = 30 * time.Second

// WaitFor waits until the first line of a file is complete, and returns its words.
// A job writes its process IDs there.
func WaitFor(t testing.TB, path string) []string {
	t.Helper()
	for end := time.Now().Add(maxWait); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(path)
		if line, _, whole := bytes.Cut(text, []byte("\n")); err == nil && whole {
			return strings.Fields(string(line))
		}
	}
	t.Fatalf("%s did not come", path)
	return nil
}

// WantGone fails the test if one of the processes still exists after the limit.
func WantGone(t testing.TB, pids []string, limit time.Duration) {
	t.Helper()
	if len(pids) == 0 {
		t.Fatal("no process to look for")
	}
	end := time.Now().Add(limit)
	for _, pid := range pids {
		for alive(pid) && time.Now().Before(end) {
			time.Sleep(5 * time.Millisecond)
		}
		if alive(pid) {
			t.Errorf("process %s is still there", pid)
		}
	}
}

// KillAtEnd kills the processes that are left at the end of the test.
func KillAtEnd(t testing.TB, pids []string) {
	t.Cleanup(func() {
		for _, pid := range pids {
			if n, err := strconv.Atoi(pid); err == nil && alive(pid) {
				_ = unix.Kill(n, unix.SIGKILL)
			}
		}
	})
}

// alive reports whether a process runs; a zombie does not.
func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}
