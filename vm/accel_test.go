// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/vm/console"
	"github.com/klptest/klptest/vm/vmtest"
)

// accelerated starts a guest on the host h and closes it. It returns the
// accelerator that the guest ran on, all accelerators that QEMU was started
// with so far, and the notices.
func accelerated(t *testing.T, h host, spec Spec, runs string) (on Accel, tried, notices []string, err error) {
	t.Helper()
	spec.Notice = func(s string) { notices = append(notices, s) }
	v, err := h.start(t.Context(), spec)
	if err == nil {
		on = v.Accel()
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	}
	text, _ := os.ReadFile(runs)
	for line := range strings.Lines(string(text)) {
		tried = append(tried, strings.Fields(line)[1])
	}
	return on, tried, notices, err
}

func autoSpec(t *testing.T, kvm ...vmtest.Step) (Spec, string) {
	t.Helper()
	runs := filepath.Join(t.TempDir(), "runs")
	spec := fakeSpec(t, vmtest.Script{Runs: runs, KVM: kvm})
	spec.Accel, spec.State = Auto, t.TempDir()
	return spec, runs
}

func TestAutoUsesKVMThatWorks(t *testing.T) {
	spec, runs := autoSpec(t, vmtest.Step{After: "qmp_capabilities"}, vmtest.Step{Print: "Linux version\n"})
	on, tried, notices, err := accelerated(t, fakeHost(t), spec, runs)
	if err != nil || on != KVM || len(notices) != 0 || len(tried) != 1 {
		t.Errorf("on %s, tried %v, told %v: %v", on, tried, notices, err)
	}
}

func TestAutoFallsBackFromDeadKVM(t *testing.T) {
	spec, runs := autoSpec(t, vmtest.Step{Hang: true})
	h := fakeHost(t)
	on, tried, notices, err := accelerated(t, h, spec, runs)
	if err != nil || on != TCG {
		t.Fatalf("on %s: %v", on, err)
	}
	if diff := cmp.Diff([]string{"kvm", "tcg"}, tried); diff != "" {
		t.Error(diff)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "no life within "+autoLife.String()) || strings.Contains(notices[0], "\n") {
		t.Errorf("told %q", notices)
	}
	// The second start does not try KVM.
	on, tried, notices, err = accelerated(t, h, spec, runs)
	if diff := cmp.Diff([]string{"kvm", "tcg", "tcg"}, tried); err != nil || on != TCG || diff != "" {
		t.Errorf("on %s: %v\n%s", on, err, diff)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "no life") {
		t.Errorf("told %q", notices)
	}
}

func TestAutoFallsBackWhenQEMURefusesKVM(t *testing.T) {
	spec, runs := autoSpec(t, vmtest.Step{Stderr: "qemu: failed to initialize kvm: Permission denied\n"}, vmtest.Exit(1))
	h := fakeHost(t)
	for _, want := range [][]string{{"kvm", "tcg"}, {"kvm", "tcg", "kvm", "tcg"}} { // cheap, hence not remembered
		on, tried, notices, err := accelerated(t, h, spec, runs)
		if diff := cmp.Diff(want, tried); err != nil || on != TCG || diff != "" {
			t.Errorf("on %s: %v\n%s", on, err, diff)
		}
		if len(notices) != 1 || !strings.Contains(notices[0], "Permission denied") {
			t.Errorf("told %q", notices)
		}
	}
}

func TestAutoDoesNotTryKVMWithoutFlags(t *testing.T) {
	spec, runs := autoSpec(t, vmtest.Step{Hang: true})
	h := fakeHost(t)
	rewrite(t, h.cpuinfo, "flags\t\t: fpu\n")
	on, tried, notices, err := accelerated(t, h, spec, runs)
	if diff := cmp.Diff([]string{"tcg"}, tried); err != nil || on != TCG || diff != "" {
		t.Errorf("on %s: %v\n%s", on, err, diff)
	}
	if len(notices) != 1 || !strings.Contains(notices[0], "neither vmx nor svm") {
		t.Errorf("told %q", notices)
	}
}

func TestForcedKVMThatFailsIsAnError(t *testing.T) {
	spec, runs := autoSpec(t, vmtest.Step{Stderr: "qemu: no KVM\n"}, vmtest.Exit(1))
	spec.Accel = KVM
	_, tried, _, err := accelerated(t, fakeHost(t), spec, runs)
	if err == nil || !strings.Contains(err.Error(), "no KVM") || len(tried) != 1 {
		t.Errorf("tried %v: %v", tried, err)
	}
}

// TestNoLife checks the error of forced KVM for a guest that prints nothing,
// with a shorter limit than the real one.
func TestNoLife(t *testing.T) {
	spec := fakeSpec(t, vmtest.Script{})
	v, err := launch(t.Context(), spec.withDefaults(), KVM, 10*time.Millisecond)
	if v != nil || !errors.Is(err, errNoLife) {
		t.Errorf("error %v", err)
	}
}

// TestShortLife checks that a guest that prints something and dies early has
// shown life.
func TestShortLife(t *testing.T) {
	spec := fakeSpec(t, vmtest.Script{Steps: []vmtest.Step{running, {Print: "Kernel panic - not syncing: early\n"}, vmtest.Exit(0)}})
	v, err := launch(t.Context(), spec.withDefaults(), KVM, autoLife)
	if err != nil {
		t.Fatal(err)
	}
	v.Close()
}

// consoleOf returns a console that has read text.
func consoleOf(t *testing.T, text string) *console.Console {
	t.Helper()
	c, err := console.Open(filepath.Join(t.TempDir(), "console.log"), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	c.Follow(strings.NewReader(text))
	return c
}

// TestLifeThatIsOver checks that the first byte counts even if the guest has
// ended as well.
func TestLifeThatIsOver(t *testing.T) {
	v := newVM(config{}, KVM)
	v.console, v.clock = consoleOf(t, "x"), &cpuClock{over: v.exited}
	close(v.exited)
	for range 100 {
		if err := v.awaitLife(t.Context(), autoLife); err != nil {
			t.Fatal(err)
		}
	}
}
