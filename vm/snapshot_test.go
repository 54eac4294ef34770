// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/program"
	"github.com/klptest/klptest/vm/console"
	"github.com/klptest/klptest/vm/vmtest"
)

// TestSnapshotFails checks that after any failure the guest is gone and no part
// of a template is left.
func TestSnapshotFails(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	before, goroutines := openFiles(t), goleak.IgnoreCurrent()
	for _, command := range []string{"stop", "migrate-set-capabilities", "getfd", "migrate", "quit"} {
		t.Run(command+" refused", func(t *testing.T) {
			failsWith(t, vmtest.Script{Runs: runs, Refuse: refuse(command)}, "not today")
		})
		t.Run("dies at "+command, func(t *testing.T) {
			if command == "quit" {
				t.Skip("that is what it is for")
			}
			failsWith(t, vmtest.Script{Runs: runs, DieAt: command}, "dies at "+command)
		})
	}
	t.Run("migration fails", func(t *testing.T) {
		failsWith(t, vmtest.Script{Runs: runs, FailMigration: true}, "migration failed")
	})
	goleak.VerifyNone(t, goroutines)
	nothingLeft(t, before, runs)
}

func failsWith(t *testing.T, script vmtest.Script, want string) {
	t.Helper()
	spec := templateSpec(t, script)
	v := started(t, spec)
	err := v.Snapshot(t.Context(), "key")
	if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "snapshot of the guest: ") {
		t.Errorf("error %v, want %q", err, want)
	}
	if !isClosed(v.Exited()) {
		t.Error("the guest is still there")
	}
	if left := list(t, spec.Template); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestSnapshotOfTheDead checks that the error says who killed the guest.
func TestSnapshotOfTheDead(t *testing.T) {
	v := started(t, templateSpec(t, vmtest.Script{Steps: []vmtest.Step{running,
		{Print: "Kernel panic - not syncing: x\n"}, vmtest.Exit(0)}}))
	<-v.Exited()
	if err := v.Snapshot(t.Context(), "key"); blame.Of(err) != blame.Kernel || !strings.Contains(err.Error(), "not syncing: x") {
		t.Errorf("error %v", err)
	}
}

func TestSnapshotNeedsASpec(t *testing.T) {
	v := started(t, fakeSpec(t, vmtest.Script{}))
	if err := v.Snapshot(t.Context(), "key"); err == nil || !strings.Contains(err.Error(), "not started as a template") {
		t.Errorf("error %v", err)
	}
	spec := templateSpec(t, vmtest.Script{})
	spec.Keys = nil
	if _, err := spec.complete(startChecks); err == nil || !strings.Contains(err.Error(), "keys") {
		t.Errorf("error %v", err)
	}
}

// TestSnapshotWaitsForTheGuest checks that the guest is stopped only when it
// has noticed the end of the connection, and that no connection can be made
// after that.
func TestSnapshotWaitsForTheGuest(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{Linger: time.Second})
	v := started(t, spec)
	client, err := v.SSH(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	client.Close()
	if err := v.Snapshot(t.Context(), "key"); err != nil || time.Since(began) < time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	opened(t, spec)
	if _, err := v.SSH(t.Context()); err == nil || !strings.Contains(err.Error(), "is closed") {
		t.Errorf("a second connection: %v", err)
	}
}

func TestSnapshotIsCancelled(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{Linger: time.Hour})
	v := started(t, spec)
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	time.AfterFunc(50*time.Millisecond, func() { cancel(reason) })
	if err := v.Snapshot(ctx, "key"); !errors.Is(err, reason) {
		t.Errorf("error %v", err)
	}
	if left := list(t, spec.Template); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestCloseWithoutSnapshot checks that no file of the size of the memory is
// left.
func TestCloseWithoutSnapshot(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	if err := started(t, spec).Close(); err != nil {
		t.Error(err)
	}
	if left := list(t, spec.Template); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestSnapshotNeverReplaces checks that a template is written once.
func TestSnapshotNeverReplaces(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	if _, err := Start(t.Context(), spec); !errors.Is(err, os.ErrExist) {
		t.Errorf("error %v", err)
	}
	opened(t, spec)
}

// killed returns a machine whose QEMU was ended by a signal.
func killed(t *testing.T, signal string) *VM {
	t.Helper()
	p, err := program.Start(exec.Command("sh", "-c", "ulimit -c 0; kill -"+signal+" $$"), syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	v := newVM(config{}, TCG)
	v.console, v.process, v.ctx = consoleOf(t, ""), p, t.Context()
	if v.messages, err = console.CreateLog(filepath.Join(t.TempDir(), "qemu.log"), messagesHead, messagesTail); err != nil {
		t.Fatal(err)
	}
	close(v.exited)
	return v
}

// TestFullDiskKillsQEMU checks the error for SIGBUS, which means that a hole
// could not be filled.
func TestFullDiskKillsQEMU(t *testing.T) {
	v := killed(t, "BUS")
	if err := v.Death(); errors.Is(err, ErrNoPlace) {
		t.Errorf("ordinary memory: %v", err)
	}
	v.draft = &draft{}
	if err := v.Death(); !errors.Is(err, ErrNoPlace) || blame.Of(err) != blame.Rig {
		t.Errorf("error %v", err)
	}
}
