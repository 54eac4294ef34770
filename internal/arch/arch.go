// SPDX-License-Identifier: Apache-2.0

package arch

import (
	"debug/elf"
	"regexp"
	"runtime"
)

// Arch is an architecture.
type Arch struct {
	Name   string // as in uname -m and make's ARCH=: "x86_64"
	GOARCH string
	Debian string // the architecture of packages, and the last word of a kernel release
	ELF    elf.Machine
	Kernel Kernel
	QEMU   QEMU
}

// Kernel holds the properties of an architecture's kernels.
type Kernel struct {
	Dir        string   // below arch/ in the source
	Option     string   // the option that each kernel of the architecture has
	Image      string   // the image that make builds for a boot loader, in the build tree
	Console    []string // arguments that send the whole log to the first serial port, from early boot on
	Emulated   []string // arguments that keep a slow emulator from looking like a fault
	MaxCmdline int      // bytes of the command line that it reads, with the terminating zero
}

// QEMU holds the properties of an architecture's emulator.
type QEMU struct {
	Program string
	Machine string // the argument of -machine
	CPU     string // under emulation
	Bus     string // of virtio devices: "pci" in virtio-rng-pci
	MaxCPUs int
	// Virtual matches the line of /proc/cpuinfo of a host on which KVM may
	// work. NoVirtual says why it cannot work on any other host.
	Virtual   *regexp.Regexp
	NoVirtual string
}

// all lists the supported architectures.
var all = []*Arch{&X86_64}

// Host returns the architecture of this host, or nil if its kernels cannot be
// tested.
func Host() *Arch { return byGOARCH(runtime.GOARCH) }

func byGOARCH(goarch string) *Arch {
	for _, a := range all {
		if a.GOARCH == goarch {
			return a
		}
	}
	return nil
}

// Default returns the architecture of kernels if none is named.
func Default() *Arch { return all[0] }
