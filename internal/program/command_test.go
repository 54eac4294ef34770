// SPDX-License-Identifier: Apache-2.0

package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/supervise/supervisetest"
)

// victimEnv makes the test program run a script until it is killed.
const victimEnv = "KLPTEST_TEST_VICTIM"

func TestMain(m *testing.M) {
	if script := os.Getenv(victimEnv); script != "" {
		_ = sh(script).Run(context.Background()) // killed
		return
	}
	if os.Getenv(endingEnv) != "" {
		fmt.Print(EndSignals())
		return
	}
	os.Exit(m.Run())
}

func sh(script string) Command { return Command{Name: "/bin/sh", Args: []string{"-c", script}} }

// output runs a script and returns what it prints.
func output(t *testing.T, c Command) string {
	t.Helper()
	var out strings.Builder
	c.Stdout = &out
	if err := c.Run(t.Context()); err != nil {
		t.Error(err)
	}
	return out.String()
}

func TestRun(t *testing.T) {
	err := sh("echo no room >&2; exit 3").Run(t.Context())
	e, ok := errors.AsType[*blame.Error](err)
	if !ok || e.Summary != "/bin/sh failed" || e.Tail != "no room\n" {
		t.Errorf("%v", err)
	}
	if err := (Command{Name: "no-such-program"}).Run(t.Context()); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestOutput(t *testing.T) {
	out, err := sh("echo hello").Output(t.Context(), 6)
	if string(out) != "hello\n" || err != nil {
		t.Errorf("%q, %v", out, err)
	}
	for _, script := range []string{"echo hello!", "yes"} {
		e, ok := errors.AsType[*blame.Error](func() error { _, err := sh(script).Output(t.Context(), 6); return err }())
		if !ok || !errors.Is(e, bounded.ErrTooLong) || e.Summary != "/bin/sh failed" {
			t.Errorf("%s: %v", script, e)
		}
	}
	out, err = sh("echo hello; exit 3").Output(t.Context(), 6)
	if string(out) != "hello\n" || err == nil || errors.Is(err, bounded.ErrTooLong) {
		t.Errorf("%q, %v", out, err)
	}
}

// A child gets a short environment, and no descriptor that this process has
// inherited.
func TestChildrenInheritNothing(t *testing.T) {
	const fd = 20
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if err := unix.Dup3(int(r.Fd()), fd, 0); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	t.Setenv("SECRET", "x")
	t.Setenv("PATH", "/usr/bin:/bin")
	t.Setenv("HOME", "/h")
	t.Setenv("TMPDIR", "/t")
	there := "test -e /proc/$$/fd/" + strconv.Itoa(fd)
	if err := sh(there).Run(t.Context()); err != nil {
		t.Fatalf("nothing to inherit: %v", err)
	}
	if err := InheritNothing(); err != nil {
		t.Fatal(err)
	}
	if err := sh(there).Run(t.Context()); err == nil {
		t.Error("it is inherited")
	}
	got := output(t, sh("env | grep -vE '^(PWD|SHLVL|_|OLDPWD)=' | sort"))
	if diff := cmp.Diff("HOME=/h\nLC_ALL=C\nPATH=/usr/bin:/bin\nTMPDIR=/t\n", got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"LC_ALL=C", "PATH=/usr/bin:/bin", "HOME=/h", "TMPDIR=/t", "SECRET=x"}, Environ("SECRET", "NONE")); diff != "" {
		t.Error(diff)
	}
}

// writePids returns a script that runs for ever, with a child that ignores
// SIGTERM.
func writePids(path string) string {
	return "(trap '' TERM; exec sleep 600) & echo $! $$ >" + path + ".new; mv " + path + ".new " + path + "; sleep 600 & wait"
}

func TestCancelledRunLeavesNothing(t *testing.T) {
	for _, stop := range []syscall.Signal{0, syscall.SIGTERM} {
		path := filepath.Join(t.TempDir(), "pids")
		ctx, cancel := context.WithCancel(t.Context())
		c := sh(writePids(path))
		c.Stop = stop
		done := make(chan error, 1)
		go func() { done <- c.Run(ctx) }()
		pids := supervisetest.WaitFor(t, path)
		supervisetest.KillAtEnd(t, pids)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		supervisetest.WantGone(t, pids, time.Second)
	}
}

func TestKilledParentTakesTheProgramAlong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pids")
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimEnv+"=echo $$ >"+path+"; exec sleep 600")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pids := supervisetest.WaitFor(t, path)
	supervisetest.KillAtEnd(t, pids)
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // killed
	supervisetest.WantGone(t, pids, 2*time.Second)
}
