// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/patience"
)

// A signal comes at one of these moments after the start, or up to twice as late:
// during a boot or a case, and every other time during the build of the modules.
var moments = []time.Duration{50 * time.Millisecond, time.Second, 3 * time.Second, 6 * time.Second}

// TestIntegrationSignal interrupts and kills runs at many moments, and looks
// for what they leave behind.
func TestIntegrationSignal(t *testing.T) {
	childrenGetInterrupts()
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	t.Parallel()
	home := privateCache(t, cacheKinds...)
	passes(t, home)
	t.Run("SIGINT", func(t *testing.T) {
		for i, moment := range moments {
			status := signalledIn(t, home, i%2 == 1, moment, syscall.SIGINT)
			if status != exit.Interrupted {
				t.Errorf("exit status %d, want %d", status, exit.Interrupted)
			}
			if left := leftovers(t, home); left != nil {
				t.Errorf("after SIGINT: %q", left)
			}
		}
	})
	t.Run("SIGKILL", func(t *testing.T) {
		for i, moment := range moments {
			signalledIn(t, home, i%2 == 1, moment, syscall.SIGKILL)
			gone(t, home, 2*time.Second)
			if err := klptest(home, "list").Run(); err != nil {
				t.Fatal(err)
			}
		}
		out, err := klptest(home, "run", "state-add").CombinedOutput()
		if err != nil {
			t.Fatalf("the next run: %v\n%s", err, out)
		}
		if left := leftovers(t, home); left != nil {
			t.Errorf("after the next run: %q", left)
		}
	})
}

// klptest returns a command that runs this test program as klptest, with its own
// cache if home is given.
func klptest(home string, args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Args = append([]string{"klptest"}, args...)
	if home != "" {
		cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+home)
	}
	return cmd
}

// signalledIn calls signalled; with rebuild, in a cache without modules.
func signalledIn(t *testing.T, home string, rebuild bool, moment time.Duration, sig syscall.Signal) (status int) {
	t.Helper()
	run := func() { status = signalled(t, home, moment, sig) }
	if rebuild {
		without(t, home, "kmods", run)
	} else {
		run()
	}
	return status
}

// signalled runs all cases, sends the signal around the moment, and returns the exit
// status as a shell does: the signal may come before klptest handles it.
func signalled(t *testing.T, home string, moment time.Duration, sig syscall.Signal) int {
	t.Helper()
	after := moment + rand.N(moment)
	cmd := klptest(home, "run")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Signal(sig) })
	defer timer.Stop()
	err := cmd.Wait()
	t.Logf("%v after %v: %v\n%s", sig, after, err, out.Bytes())
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if state := cmd.ProcessState.Sys().(syscall.WaitStatus); state.Signaled() {
		return 128 + int(state.Signal())
	}
	return cmd.ProcessState.ExitCode()
}

// leftovers returns the temporary files in the cache and the processes that use it.
func leftovers(t *testing.T, home string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(home, "klptest", "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, "tmp/"+e.Name())
	}
	return append(left, processes(t, home)...)
}

// processes returns the command lines of the processes that name a directory, as
// make and the compilers do, or have a file in it open, as a clone's QEMU does.
func processes(t *testing.T, dir string) (list []string) {
	t.Helper()
	for _, proc := range users(t, dir) {
		data, _ := os.ReadFile(filepath.Join(proc, "cmdline"))
		list = append(list, strings.ReplaceAll(string(data), "\x00", " "))
	}
	slices.Sort(list)
	return list
}

// users returns the directories in /proc of those processes.
func users(t *testing.T, dir string) (list []string) {
	t.Helper()
	procs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, proc := range procs {
		data, err := os.ReadFile(filepath.Join(proc, "cmdline"))
		if err == nil && len(data) > 0 && (strings.Contains(string(data), dir) || hasOpen(proc, dir)) {
			list = append(list, proc)
		}
	}
	return list
}

// hasOpen reports whether a process has a file below a directory open, as far as we
// may see.
func hasOpen(proc, dir string) bool {
	links, _ := filepath.Glob(filepath.Join(proc, "fd", "*"))
	return slices.ContainsFunc(links, func(link string) bool {
		to, err := os.Readlink(link)
		return err == nil && strings.HasPrefix(to, dir+"/")
	})
}

// gone waits until no process uses the directory. The time that one of them has waited
// for a processor of the host does not count, since it could not end.
func gone(t *testing.T, dir string, limit time.Duration) {
	t.Helper()
	began, waits := time.Now(), map[string]time.Duration{}
	for {
		took := time.Since(began) // before users, which takes a while on a busy host
		left := users(t, dir)
		if left == nil {
			return
		}
		if took > min(limit+starved(left, waits), patience.Most*limit) {
			t.Errorf("still there %v after SIGKILL: %q", took, processes(t, dir))
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// starved returns the longest time that a thread of the processes has waited for a
// processor since it was first seen; first has how long each had waited then.
func starved(procs []string, first map[string]time.Duration) (most time.Duration) {
	for _, proc := range procs {
		files, _ := filepath.Glob(filepath.Join(proc, "task", "*", "schedstat"))
		for _, file := range files {
			var run, wait time.Duration // Documentation/scheduler/sched-stats.rst
			text, err := os.ReadFile(file)
			if err == nil {
				_, err = fmt.Sscan(string(text), &run, &wait)
			}
			if err != nil {
				continue // it has ended
			}
			if _, seen := first[file]; !seen {
				first[file] = wait
			}
			most = max(most, wait-first[file])
		}
	}
	return most
}
