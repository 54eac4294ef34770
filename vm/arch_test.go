// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/arch/archtest"
)

// TestOtherArchitecture checks that a machine of another architecture has
// nothing specific to x86_64.
func TestOtherArchitecture(t *testing.T) {
	c := Spec{Arch: &archtest.Made, Keys: &Keys{}}.withDefaults()
	line := c.commandLine(TCG)
	for _, want := range []string{"qemu-system-made64 ", "-machine board ", "-cpu all -", "virtio-rng-ccw", "virtio-serial-ccw", "console=ttyMADE0", "made_slowly"} {
		if !strings.Contains(line, want) {
			t.Errorf("no %q in %s", want, line)
		}
	}
	x86 := arch.X86_64
	words := append([]string{x86.QEMU.Program, x86.QEMU.Machine, "-pci"}, append(x86.Kernel.Console, x86.Kernel.Emulated...)...)
	for _, word := range words {
		if strings.Contains(line, word) {
			t.Errorf("%q in %s", word, line)
		}
	}
	c.CPUs = 4
	if err := c.checkSizes(); err == nil {
		t.Error("more processors than the machine can have")
	}
	if why := thisHost.refusesKVM(&archtest.Made); !strings.Contains(why, "architecture") {
		t.Errorf("KVM runs it: %q", why)
	}
}
