// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/vm/vmtest"
)

func cloned(t *testing.T, tmpl *Template) *VM {
	t.Helper()
	v, err := tmpl.Clone(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func TestClone(t *testing.T) {
	commands := filepath.Join(t.TempDir(), "commands")
	spec := templateSpec(t, vmtest.Script{Commands: commands})
	snapshot(t, spec)
	golden(t, "snapshot-qmp.golden", string(readFile(t, commands)))
	rewrite(t, commands, "")
	v := cloned(t, opened(t, spec))
	golden(t, "clone-qmp.golden", string(readFile(t, commands)))
	if v.Accel() != TCG || v.Death() != nil {
		t.Errorf("a living clone on %s: %v", v.Accel(), v.Death())
	}
	if filepath.Dir(v.Console().Path()) == spec.Dir {
		t.Error("the clone writes to the template's console log")
	}
	if line := v.CommandLine(); strings.Contains(line, "incoming") || !strings.Contains(line, "-kernel "+spec.Kernel) {
		t.Errorf("command line %s", line)
	}
	if err := v.Close(); err != nil {
		t.Error(err)
	}
}

// TestPause checks that Pause and Resume send their commands, and that pausing
// a guest that is gone is an error.
func TestPause(t *testing.T) {
	commands := filepath.Join(t.TempDir(), "commands")
	spec := templateSpec(t, vmtest.Script{Commands: commands})
	snapshot(t, spec)
	v := cloned(t, opened(t, spec))
	rewrite(t, commands, "")
	if err := errors.Join(v.Pause(t.Context()), v.Resume(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got := string(readFile(t, commands)); !strings.Contains(got, "stop") || !strings.Contains(got, "cont") {
		t.Errorf("QEMU was told %q", got)
	}
	v.Close()
	if err := v.Pause(t.Context()); err == nil {
		t.Error("a guest that is gone was paused")
	}
}

func TestClonesSideBySide(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	tmpl := opened(t, spec)
	var group errgroup.Group
	for range 4 {
		dir := t.TempDir()
		group.Go(func() error {
			v, err := tmpl.Clone(t.Context(), dir)
			if err != nil {
				return err
			}
			t.Cleanup(func() { v.Close() })
			client, err := v.SSH(t.Context())
			if err != nil {
				return err
			}
			return client.Close()
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// TestCloneRefused checks that a failed clone leaves nothing behind, and that
// the template is to blame as long as QEMU is loading it.
func TestCloneRefused(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	tmpl := opened(t, spec)
	keys := guest.KeyFiles(spec.Keys.HostKey(), spec.Keys.AuthorizedKey())
	before := openFiles(t)
	tests := map[string]struct {
		script vmtest.Script
		want   string
		stale  bool
	}{
		"capabilities refused": {vmtest.Script{Refuse: refuse("migrate-set-capabilities")}, "not today", true},
		"socket refused":       {vmtest.Script{Refuse: refuse("getfd")}, "not today", true},
		"migration refused":    {vmtest.Script{Refuse: refuse("migrate-incoming")}, "not today", true},
		"migration fails":      {vmtest.Script{FailMigration: true}, "load of migration failed: Invalid argument", true},
		"dies at once":         {vmtest.Script{DieAt: "qmp_capabilities"}, "dies at qmp_capabilities", true},
		"dies at the socket":   {vmtest.Script{DieAt: "getfd"}, "dies at getfd", true},
		"dies at migration":    {vmtest.Script{DieAt: "migrate-incoming"}, "dies at migrate-incoming", true},
		"does not go on":       {vmtest.Script{Refuse: refuse("cont")}, "not today", false},
		"dies going on":        {vmtest.Script{DieAt: "cont"}, "dies at cont", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.script.Keys, tt.script.Runs = keys, runs
			vmtest.Rewrite(t, spec.QEMU, tt.script)
			v, err := tmpl.Clone(t.Context(), t.TempDir())
			if v != nil || err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, ErrStale) != tt.stale {
				t.Errorf("error %v, want %q, stale %t", err, tt.want, tt.stale)
			}
			if blame.Of(err) != blame.Rig {
				t.Errorf("blame %v", blame.Of(err))
			}
		})
	}
	nothingLeft(t, before, runs)
}

func refuse(command string) map[string]string { return map[string]string{command: "not today"} }

// nothingLeft checks that no descriptors or processes are left.
func nothingLeft(t *testing.T, before []string, runs string) {
	t.Helper()
	if now := openFiles(t); len(now) > len(before) {
		t.Errorf("descriptors before and now:\n%s\n%s", strings.Join(before, ", "), strings.Join(now, ", "))
	}
	for _, pid := range pids(t, runs) {
		if alive(pid) {
			t.Errorf("process %d is still there", pid)
		}
	}
}

func TestCloneNeedsAPlaceForItsLogs(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	tmpl := opened(t, spec)
	if _, err := tmpl.Clone(t.Context(), "/missing"); err == nil || !strings.Contains(err.Error(), "/missing") || errors.Is(err, ErrStale) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tmpl.Clone(ctx, t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestCloneKilledIsNotTheTemplatesFault checks that a killed QEMU is not blamed
// on the template: the host may be out of memory.
func TestCloneKilledIsNotTheTemplatesFault(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	vmtest.Rewrite(t, spec.QEMU, vmtest.Script{Runs: runs, KillAt: "migrate-incoming"})
	_, err := opened(t, spec).Clone(t.Context(), t.TempDir())
	var e *blame.Error
	if !errors.As(err, &e) || errors.Is(err, ErrStale) || !strings.Contains(e.Advice, "out of memory") {
		t.Errorf("error %v", err)
	}
}

// TestCancelCloneAtAnyMoment is TestCancelAtAnyMoment for clones.
func TestCancelCloneAtAnyMoment(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	spec := templateSpec(t, vmtest.Script{Runs: runs})
	snapshot(t, spec)
	tmpl := opened(t, spec)
	goroutines, files := goleak.IgnoreCurrent(), openFiles(t)
	for range 25 {
		cloneCancelled(t, tmpl, time.Duration(rand.Int64N(int64(80*time.Millisecond))))
	}
	goleak.VerifyNone(t, goroutines)
	nothingLeft(t, files, runs)
}

func cloneCancelled(t *testing.T, tmpl *Template, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	v, err := tmpl.Clone(ctx, t.TempDir())
	if err != nil {
		if errors.Is(err, ErrStale) {
			t.Errorf("the template is blamed: %v", err)
		}
		return
	}
	<-v.Exited()
	if err := v.Close(); err != nil {
		t.Error(err)
	}
}

// TestCloneOfAClosedTemplate closes a template while it is cloned. With several
// workers, one may find that a template must go while another clones it.
func TestCloneOfAClosedTemplate(t *testing.T) {
	spec := templateSpec(t, vmtest.Script{})
	snapshot(t, spec)
	files := openFiles(t)
	tmpl := opened(t, spec)
	var group errgroup.Group
	for range 4 {
		dir := t.TempDir()
		group.Go(func() error {
			v, err := tmpl.Clone(t.Context(), dir)
			if err != nil {
				if errors.Is(err, ErrStale) {
					return nil
				}
				return err
			}
			return v.Close()
		})
	}
	for range 2 {
		if err := tmpl.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := tmpl.Clone(t.Context(), t.TempDir()); !errors.Is(err, ErrStale) {
		t.Errorf("error %v", err)
	}
	if now := openFiles(t); len(now) > len(files) {
		t.Errorf("descriptors before and now:\n%v\n%v", files, now)
	}
}
