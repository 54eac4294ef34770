// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"debug/elf"
	"regexp"

	"github.com/klptest/klptest/internal/tunable"
)

// X86_64 is x86 in 64-bit mode.
var X86_64 = Arch{
	Name:   "x86_64",
	GOARCH: "amd64",
	Debian: "amd64",
	ELF:    elf.EM_X86_64,
	Kernel: Kernel{
		Dir:    "x86",
		Option: "X86_64",
		Image:  "arch/x86/boot/bzImage",
		// earlyprintk shows a kernel that dies before its console driver is
		// up, and gives the sign of life in half the time.
		Console:    []string{"console=ttyS0", "earlyprintk=ttyS0"},
		Emulated:   x86Emulated,
		MaxCmdline: 2048, // COMMAND_LINE_SIZE of arch/x86/include/asm/setup.h
	},
	QEMU: QEMU{
		Program: "qemu-system-x86_64",
		// q35 and pc boot Debian's kernel in the same time, whether one host
		// thread runs all processors or each has its own, and whatever the
		// size of the translation buffer. microvm is 0.2 s faster, but needs
		// virtio-mmio, which distributions build as a module. SeaBIOS prints to the
		// serial port with graphics=off: that would be taken for a sign of life.
		Machine: "q35,usb=off,vmport=off,smm=off,sata=off",
		// It has RDRAND, so the guest's random numbers are ready at once. Five-level
		// page tables would make each page walk longer, and an emulator's TLB is
		// flushed by each change of a page table: a transition took an eighth longer.
		CPU:       "max,la57=off",
		Bus:       "pci",
		MaxCPUs:   255, // of a q35 machine without an IOMMU
		Virtual:   regexp.MustCompile(`(?m)^flags\s*:.*\b(?:vmx|svm)\b`),
		NoVirtual: "the processor has neither vmx nor svm",
	},
}

// x86Emulated turns off two checks that a slow emulator can fail. At boot, the kernel
// checks whether timer interrupts come in time; if not, it panics with "IO-APIC +
// timer doesn't work!" (arch/x86/kernel/apic/io_apic.c, check_timer). It also checks
// whether two clocks agree: if the host has no CPU for the guest between two reads,
// the kernel gives up the TSC for a clock that is slow to read
// (kernel/time/clocksource.c). An NMI shows what a spinning kernel does; no other NMI
// ever comes.
var x86Emulated = []string{"no_timer_check", "tsc=nowatchdog", tunable.NMIPanics.Arg}
