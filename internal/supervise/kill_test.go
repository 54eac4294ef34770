// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/supervise/supervisetest"
)

// victimEnv makes the test program run an endless job in the directory that it names.
const victimEnv = "KLPTEST_TEST_VICTIM"

// forever imitates make with a compiler and its background process. On
// SIGTERM it tidies up.
const forever = `trap 'touch tidy; exit 1' TERM
sh -c 'sleep 600 & echo $PPID $$ $! $1 >pids.new; mv pids.new pids; wait' sh $PPID & wait`

func victim(dir string) int {
	j := Job{Argv: []string{"/bin/sh", "-c", forever}, Env: []string{"PATH=/usr/bin:/bin"}, Dir: dir, Limit: time.Hour}
	if os.Getenv("KLPTEST_TEST_GRACE") != "" {
		j.Grace = time.Minute
	}
	if os.Getenv("KLPTEST_TEST_BOX") != "" {
		j.Box = &Box{Dirs: []string{"/usr", "/bin", "/lib", "/lib64"}, Files: []string{"/etc/ld.so.cache"}, Writable: []string{dir}}
	}
	_, err := Run(context.Background(), j)
	fmt.Println(err)
	return 1
}

// startVictim starts the victim, and returns it with the processes of its job
// once all are running.
func startVictim(t *testing.T, env ...string) (*exec.Cmd, []string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command(exe)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), victimEnv+"="+dir), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pids := supervisetest.WaitFor(t, filepath.Join(dir, "pids"))
	supervisetest.KillAtEnd(t, append(pids, strconv.Itoa(cmd.Process.Pid)))
	if len(pids) != 4 {
		t.Fatalf("want make, compiler, its child, supervisor: %v", pids)
	}
	return cmd, pids
}

func TestKillingTheParentEndsTheJob(t *testing.T) {
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
			supervisetest.WantGone(t, pids, 2*time.Second)
		})
	}
}

// TestKillingTheParentLeavesTimeToTidyUp: a job has its grace period even if the
// requesting process is gone.
func TestKillingTheParentLeavesTimeToTidyUp(t *testing.T) {
	cmd, pids := startVictim(t, "KLPTEST_TEST_GRACE=1")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	supervisetest.WantGone(t, pids, 2*time.Second)
	if _, err := os.Stat(filepath.Join(cmd.Dir, "tidy")); err != nil {
		t.Error("it was killed without a word")
	}
}

// TestTerminatedSupervisorEndsItsJob: a supervisor that gets SIGTERM ends its
// job and reports that.
func TestTerminatedSupervisorEndsItsJob(t *testing.T) {
	j, _ := shell(t, "echo $$ $PPID >pids; sleep 600")
	done, pids := start(t.Context(), t, j)
	signalTo(t, pids[1], unix.SIGTERM)
	if got := <-done; got.Ending != Cancelled || got.err != nil {
		t.Errorf("%+v", got)
	}
	supervisetest.WantGone(t, pids, 0)
}

// TestSupervisorIgnoresWhatItsParentIgnores: a build goes on when the terminal of a
// klptest under nohup closes.
func TestSupervisorIgnoresWhatItsParentIgnores(t *testing.T) {
	signal.Ignore(unix.SIGHUP)
	defer signal.Reset(unix.SIGHUP)
	j, _ := shell(t, "echo $$ $PPID >pids; until test -e go; do sleep 0.02; done")
	done, pids := start(t.Context(), t, j)
	signalTo(t, pids[1], unix.SIGHUP)
	if err := os.WriteFile(filepath.Join(j.Dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got.Ending != Exited || got.err != nil {
		t.Errorf("%+v", got)
	}
}

// A supervisor that is killed takes the command with it.
func TestKilledSupervisorTellsNothingGood(t *testing.T) {
	j, _ := shell(t, "echo $$ $PPID >pids; exec sleep 600")
	done, pids := start(t.Context(), t, j)
	signalTo(t, pids[1], unix.SIGKILL)
	if got := <-done; got.err == nil || !got.Killed {
		t.Errorf("%+v", got)
	}
	supervisetest.WantGone(t, pids, 2*time.Second)
}

func signalTo(t *testing.T, pid string, s syscall.Signal) {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(n, s); err != nil {
		t.Fatal(err)
	}
}
