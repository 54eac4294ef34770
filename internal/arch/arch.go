// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"debug/elf"
	"regexp"
	"runtime"
)

// Arch is an architecture.
type Arch struct {
	Name   string // as uname -m says, and make's ARCH=: "x86_64"
	GOARCH string
	Debian string // the architecture of packages, and the last word of a kernel's release
	ELF    elf.Machine
	Kernel Kernel
	QEMU   QEMU
}

// Kernel is what differs in a kernel.
type Kernel struct {
	Dir        string   // in arch/ of the source
	Option     string   // the option that each kernel of the architecture has
	Image      string   // what make builds for a boot loader, in the build tree
	Console    []string // arguments that send all of the log to the first serial port, early
	Emulated   []string // arguments that keep a slow emulator from passing for a fault
	MaxCmdline int      // bytes of the command line that it reads, with the zero at the end
}

// QEMU is what differs in the emulator.
type QEMU struct {
	Program string
	Machine string // the argument of -machine
	CPU     string // under emulation
	Bus     string // of virtio devices: "pci" in virtio-rng-pci
	MaxCPUs int
	// Virtual is the line of /proc/cpuinfo that a host has on which KVM may
	// work, and NoVirtual says of one without it why not.
	Virtual   *regexp.Regexp
	NoVirtual string
}

// all are the architectures that are supported.
var all = []*Arch{&X86_64}

// Host is that of this host; nil when its kernels cannot be tested.
func Host() *Arch { return byGOARCH(runtime.GOARCH) }

func byGOARCH(goarch string) *Arch {
	for _, a := range all {
		if a.GOARCH == goarch {
			return a
		}
	}
	return nil
}

// Default is the architecture of kernels where nobody names one.
func Default() *Arch { return all[0] }
