// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"io"
	"slices"
	"time"

	"github.com/klptest/klptest/internal/arch"
)

// Accel is how QEMU runs the guest's processors.
type Accel string

// The accelerators.
const (
	Auto Accel = "auto" // KVM where it really works, else TCG
	KVM  Accel = "kvm"  // hardware virtualisation or an error
	TCG  Accel = "tcg"  // software emulation; never touches /dev/kvm
)

// Spec describes a virtual machine. Dir and at least one of Kernel and Disk must be
// set.
type Spec struct {
	Arch   *arch.Arch // of the kernel; nil: the default one
	QEMU   string     // binary; empty: the architecture's, on the PATH
	Kernel string     // ELF vmlinux with a PVH note, or bzImage; empty: the boot loader of Disk starts the guest
	Initrd string     // initramfs; may be empty
	Append []string   // further arguments for Kernel, after those that vm needs itself
	Disk   string     // an image, qcow2 or raw, that is never written to; may be empty
	Memory int        // MiB; 0: 512
	CPUs   int        // 0: 1
	Accel  Accel      // empty: Auto

	// VirtualTime makes an emulated guest's time advance with the instructions that it
	// executes, so that a busy host does not delay it. While the guest is idle, its
	// time jumps to its next timer. An Interactive guest does not jump, so a person
	// waits as long as for any machine. A guest with a Disk or several CPUs has the
	// host's time.
	VirtualTime bool
	Interactive bool

	Dir     string        // an existing private directory: console.log and qemu.log go there
	Keys    *Keys         // SSH keys of this guest; nil: no SSH
	SSHWait time.Duration // how long SSH waits for a guest that gets a CPU; 0: 30 s under KVM, 120 s under TCG

	// Template is an existing private directory in which Snapshot can make a template
	// of this machine: from the start, a file there holds the guest's memory. Empty:
	// Snapshot is impossible.
	Template string

	// State is a directory that records, until the host reboots, that KVM does not
	// work on it; empty: nothing is recorded.
	State string
	// Notice receives one-liners, such as why TCG is used; may be nil.
	Notice func(string)
	// Console receives a live copy of the console, control bytes escaped. A
	// writer that is too slow misses lines; it never holds up the guest.
	Console io.Writer
	// Label begins each line of that copy with the name of Dir, until the console gets
	// another label.
	Label bool
}

// Precheck refuses what cannot work with any kernel: bad sizes, an unknown
// accelerator, a missing QEMU, or KVM where there is none. It is for callers that have
// no kernel yet.
func (s Spec) Precheck() error { return thisHost.precheck(s) }

func (h host) precheck(s Spec) error {
	return s.withDefaults().pass(append(slices.Clip(generalChecks), config.checkIsQEMU, h.checkKVM))
}
