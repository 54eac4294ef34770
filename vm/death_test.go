// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/emulator"
	"github.com/klptest/klptest/vm/vmtest"
)

// printing returns a guest that prints a log of internal/emulator/testdata.
func printing(t *testing.T, log string) Spec {
	t.Helper()
	text := string(readFile(t, "../internal/emulator/testdata/"+log))
	return fakeSpec(t, vmtest.Script{Steps: []vmtest.Step{running, {Print: strings.ReplaceAll(text, "\n", "\r\n")}, vmtest.Exit(0)}})
}

// TestDeathByTheEmulator checks that a panic caused by the emulator is blamed
// on the rig, and is transient.
func TestDeathByTheEmulator(t *testing.T) {
	e := died(t, started(t, printing(t, "emulator-cmpxchg16b.log")))
	if e.Party != blame.Rig || !e.Transient || !errors.Is(e, emulator.ErrFault) {
		t.Errorf("%v, transient %v: %v", e.Party, e.Transient, e)
	}
	golden(t, "death-emulator.golden", strings.ReplaceAll(e.Detail(), e.Path, "console.log"))
}

func TestDeathByTheKernelUnderTCG(t *testing.T) {
	e := died(t, started(t, printing(t, "kernel-null-dereference-in-softirq.log")))
	if e.Party != blame.Kernel || e.Transient {
		t.Errorf("%v, transient %v: %v", e.Party, e.Transient, e)
	}
}

// TestKVMIsNoEmulator checks that the kernel is to blame for the same log under
// KVM.
func TestKVMIsNoEmulator(t *testing.T) {
	spec := printing(t, "emulator-cmpxchg16b.log")
	spec.Accel = KVM
	if e := died(t, started(t, spec)); e.Party != blame.Kernel {
		t.Errorf("%v: %v", e.Party, e)
	}
}

// TestEmulatorsFaultWithoutAnOops tests a guest that lives on or ends silently
// after impossible registers.
func TestEmulatorsFaultWithoutAnOops(t *testing.T) {
	warned, _, _ := strings.Cut(string(readFile(t, "../internal/emulator/testdata/emulator-cmpxchg16b.log")), "BUG: ")
	steps := []vmtest.Step{running, {Print: warned + "\n"}}
	v := started(t, fakeSpec(t, vmtest.Script{Steps: append(steps, vmtest.Exit(0))}))
	if e := died(t, v); !errors.Is(e, emulator.ErrFault) {
		t.Errorf("reset: %v", e)
	}
	if err := v.Blame(errors.New("a lost connection")); !errors.Is(err, emulator.ErrFault) {
		t.Errorf("blamed: %v", err)
	}
	if err := v.Blame(nil); err != nil {
		t.Errorf("blamed for nothing: %v", err)
	}
	living := started(t, fakeSpec(t, vmtest.Script{Steps: steps}))
	living.Close()
	if err := living.Death(); err != nil {
		t.Errorf("a living guest died of %v", err)
	}
}
