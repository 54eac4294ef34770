// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/vm/vmtest"
)

// alive reports whether a process runs; a zombie does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

// openFiles returns the descriptors of this process, each with its file.
func openFiles(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, e := range entries {
		name, _ := os.Readlink("/proc/self/fd/" + e.Name())
		files = append(files, e.Name()+" "+name)
	}
	return files
}

// pids returns the processes that a fake QEMU wrote to its list of runs.
func pids(t *testing.T, runs string) []int {
	t.Helper()
	text, _ := os.ReadFile(runs)
	var all []int
	for line := range strings.Lines(string(text)) {
		pid, err := strconv.Atoi(strings.Fields(line)[0])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pid)
	}
	return all
}

// TestCancelAtAnyMoment checks that no process, descriptor or goroutine is
// left, whenever the context ends.
func TestCancelAtAnyMoment(t *testing.T) {
	keys := newKeys(t)
	runs := filepath.Join(t.TempDir(), "runs")
	spec := fakeSpec(t, vmtest.Script{Runs: runs, Keys: guest.KeyFiles(keys.HostKey(), keys.AuthorizedKey()), Steps: []vmtest.Step{{Print: "hello\n"}}})
	spec.Keys = keys
	startCancelled(t, spec, time.Millisecond) // makes the runtime open what it keeps
	goroutines, files := goleak.IgnoreCurrent(), openFiles(t)
	for range 25 {
		startCancelled(t, spec, time.Duration(rand.Int64N(int64(80*time.Millisecond))))
	}
	goleak.VerifyNone(t, goroutines) // first: it waits for those that are about to close something
	if now := openFiles(t); len(now) > len(files) {
		t.Errorf("descriptors before and now:\n%s\n%s", strings.Join(files, ", "), strings.Join(now, ", "))
	}
	for _, pid := range pids(t, runs) {
		if alive(pid) {
			t.Errorf("process %d is still there", pid)
		}
	}
}

// startCancelled starts a guest and logs in, and cancels after a while.
func startCancelled(t *testing.T, spec Spec, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	v, err := Start(ctx, spec)
	if err != nil {
		return
	}
	if client, err := v.SSH(ctx); err == nil {
		<-ctx.Done()
		client.Close()
	}
	<-v.Exited() // because ctx is over, not because of Close
	if err := v.Close(); err != nil {
		t.Error(err)
	}
}

const parentEnv = "KLPTEST_TEST_PARENT"

// TestParentThatStartsAGuest is not a test: TestGuestDiesWithItsParent runs it
// as a process of its own.
func TestParentThatStartsAGuest(t *testing.T) {
	if os.Getenv(parentEnv) == "" {
		t.Skip("run by TestGuestDiesWithItsParent")
	}
	v := started(t, fakeSpec(t, vmtest.Script{}))
	fmt.Println("guest", v.process.Pid())
	<-v.Exited()
}

func TestGuestDiesWithItsParent(t *testing.T) {
	parent := exec.Command(os.Args[0], "-test.run=^TestParentThatStartsAGuest$")
	parent.Env = append(os.Environ(), parentEnv+"=1", "TMPDIR="+t.TempDir())
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var guest int
	for s := bufio.NewScanner(out); guest == 0 && s.Scan(); {
		fmt.Sscanf(s.Text(), "guest %d", &guest)
	}
	if guest == 0 || !alive(guest) {
		t.Fatalf("no guest (%d)", guest)
	}
	parent.Process.Kill() // SIGKILL: the parent can do nothing about it
	parent.Wait()
	for end := time.Now().Add(2 * time.Second); alive(guest); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the guest %d outlives its parent", guest)
		}
	}
}

// TestManyAtOnce checks that each guest has an agent of its own.
func TestManyAtOnce(t *testing.T) {
	for i := range 4 {
		keys := newKeys(t)
		v := started(t, sshSpec(t, keys, keys))
		client, err := v.SSH(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		if out := runSSH(t, client, strconv.Itoa(i)); out != strconv.Itoa(i) {
			t.Errorf("guest %d answers %q", i, out)
		}
	}
}
