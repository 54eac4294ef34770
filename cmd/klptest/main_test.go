// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/klptest/klptest/internal/guest/boot"
	"github.com/klptest/klptest/internal/supervise"
	"github.com/klptest/klptest/vm/vmtest"
)

// TestMain makes the test program act as klptest in scripts, and so also as PID 1 of
// their guests, as the supervisor of their builds and, without guests, as a fake QEMU.
func TestMain(m *testing.M) {
	vmtest.Main()
	if boot.Main() || supervise.Main() {
		return
	}
	testscript.Main(m, map[string]func(){"klptest": func() { os.Exit(mainExit()) }})
}

// TestScript runs the scripts that need no VM. Their programs are fakes in a private
// PATH.
func TestScript(t *testing.T) {
	childrenGetInterrupts()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                scriptCommands,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
			path, err := exec.LookPath("klptest") // for scripts that empty the PATH
			e.Setenv("KLPTEST", path)
			return err
		},
	})
}

// childrenGetInterrupts makes SIGINT reach klptest when a test sends it, even if the tests
// run in the background of a shell, where it is ignored.
func childrenGetInterrupts() {
	if signal.Ignored(os.Interrupt) {
		signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	}
}

// TestIgnoredSignals: nohup klptest outlives its terminal.
func TestIgnoredSignals(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	ctx, cancel := interruptible()
	defer cancel(nil)
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
		t.Fatal("it ends at a signal that is ignored")
	case <-time.After(100 * time.Millisecond):
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if <-ctx.Done(); context.Cause(ctx) != errInterrupted {
		t.Error(context.Cause(ctx))
	}
}
