// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"encoding/binary"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// eflags are the flags that cmpxchg16b must leave: IF, ZF, and the bit that is
// always set.
const eflags = 0x242

// TestCmpxchg16b checks that QEMU has the fault exactly where the table says
// so, and that the host's processor does not have it. qemu-user has the
// emulator of qemu-system.
func TestCmpxchg16b(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the program is for x86_64")
	}
	program := assemble(t, "cmpxchg16b.S")
	if got := flagsOf(t, program); got != eflags {
		t.Fatalf("EFLAGS are %#x on the host, want %#x", got, eflags)
	}
	qemu, err := exec.LookPath("qemu-x86_64")
	if err != nil {
		t.Skip("no qemu-x86_64 (Debian: qemu-user): ", err)
	}
	v := versionOf(qemu)
	if !v.known() {
		t.Fatalf("%s does not tell its version", qemu)
	}
	c := Spec{}.withDefaults()
	c.version = v
	rubbish := flagsOf(t, qemu, program) != eflags
	if want := value(c.args(TCG), "-cpu") != c.Arch.QEMU.CPU; rubbish != want {
		t.Errorf("QEMU %s leaves rubbish in EFLAGS: %v; the table says %v", v, rubbish, want)
	}
}

// assemble builds a static program from a file in testdata.
func assemble(t *testing.T, name string) string {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc: ", err)
	}
	program := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command(gcc, "-nostdlib", "-static", "-o", program, filepath.Join("testdata", name)).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return program
}

// flagsOf runs a program that writes eight bytes, and returns them.
func flagsOf(t *testing.T, command ...string) uint64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).Output()
	if err != nil || len(out) != 8 {
		t.Fatalf("%q: %q, %v", command, out, err)
	}
	return binary.LittleEndian.Uint64(out)
}
