// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/cache"
)

// victimEnv makes the test program build for ever in the directory it names.
const victimEnv = "KLPTEST_TEST_VICTIM"

func victim(root string) int {
	c, err := cache.Open(filepath.Join(root, "cache"))
	if err != nil {
		fmt.Println(err)
		return 1
	}
	b := Builder{Cache: c, make: os.Getenv("KLPTEST_TEST_MAKE"), cc: "/bin/true"}
	_, err = b.Shipped(context.Background(), Target{KDir: root, Release: "6.12.1", Key: "k"})
	fmt.Println(err)
	return 1
}

// startVictim returns it and the processes of its build, when all of them run.
func startVictim(t *testing.T) (*exec.Cmd, []string) {
	t.Helper()
	root := newKernel(t, "6.12.1").KDir
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), victimEnv+"="+root, "KLPTEST_TEST_MAKE="+newFakeMake(t, "slow"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pids := strings.Fields(waitFor(t, filepath.Join(root, "pids")))
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		for _, pid := range pids {
			if n, err := strconv.Atoi(pid); err == nil && alive(pid) {
				_ = unix.Kill(n, unix.SIGKILL)
			}
		}
	})
	if len(pids) != 3 {
		t.Fatalf("want supervisor, make, compiler: %v", pids)
	}
	return cmd, pids
}

func TestKillingTheParentEndsTheBuild(t *testing.T) {
	for name, kill := range map[string]func(pid int) error{
		"SIGKILL":          func(pid int) error { return unix.Kill(pid, unix.SIGKILL) },
		"SIGKILL to group": func(pid int) error { return unix.Kill(-pid, unix.SIGKILL) },
		"SIGTERM":          func(pid int) error { return unix.Kill(pid, unix.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			cmd, pids := startVictim(t)
			if err := kill(cmd.Process.Pid); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // killed
			wantGone(t, pids, 2*time.Second)
		})
	}
}

// What a dead process left in the cache is no entry.
func TestKilledBuildLeavesNoEntry(t *testing.T) {
	cmd, pids := startVictim(t)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	wantGone(t, pids, 2*time.Second)
	root := cmd.Env[len(cmd.Env)-2]
	entries, err := filepath.Glob(filepath.Join(strings.TrimPrefix(root, victimEnv+"="), "cache", "kmods", "*"))
	if err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}

// waitFor returns the first line of a file, when it is there.
func waitFor(t *testing.T, path string) string {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		text, err := os.ReadFile(path)
		if line, _, whole := bytes.Cut(text, []byte("\n")); err == nil && whole {
			return string(line)
		}
	}
	t.Fatalf("%s did not come", path)
	return ""
}

// wantGone fails when a process is still there after the limit.
func wantGone(t *testing.T, pids []string, limit time.Duration) {
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

// alive tells whether a process runs; a zombie does not.
func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z") && !strings.HasPrefix(state, "X")
}
