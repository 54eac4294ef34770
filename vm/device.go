// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"

	"github.com/klptest/klptest/internal/vport"
)

// device is a part of the machine: its QEMU arguments beside the kernel
// arguments without which the kernel does not use it.
type device struct {
	args  []string
	kargs []string
}

// wiring is where the console, QMP and the agent's port end.
type wiring bool

const (
	inherited wiring = false // descriptors that klptest passes on
	terminal  wiring = true  // the standard streams, for a person who copies the command line
)

// The descriptors that QEMU inherits.
const (
	qmpFD     = 3
	consoleFD = 4
	agentFD   = 5 // with keys only
	memoryFD  = 6 // of templates and clones only: the file that holds the guest's memory
)

// machineDevice: q35 and pc boot Debian's kernel in the same time, whether
// one host thread runs all processors or each has its own, and whatever the
// size of the translation buffer. microvm is 0.2 s faster, but needs
// virtio-mmio, which distributions build as a module. SeaBIOS prints to the
// serial port with graphics=off: that would pass for a sign of life.
func machineDevice(accel Accel, list []quirk) device {
	const machine = "q35,usb=off,vmport=off,smm=off,sata=off"
	if accel == KVM {
		return device{args: []string{"-machine", machine, "-accel", string(KVM), "-cpu", "host"}}
	}
	// max has RDRAND: the guest's random numbers are ready at once.
	how, cpu := with(list, string(accel), "max")
	return device{args: []string{"-machine", machine, "-accel", how, "-cpu", cpu}, kargs: stallLimits}
}

// stallLimits raises the limits at which a kernel takes itself to be stalled:
// under software emulation on a busy host the defaults are reached without
// any fault of the kernel (Documentation/admin-guide/kernel-parameters.txt).
// Nor does it look whether the timer's interrupts come in time at boot: when
// they do not, it panics with "IO-APIC + timer doesn't work!"
// (arch/x86/kernel/apic/io_apic.c, check_timer). Nor does it look whether two
// clocks agree: a host that has no CPU for the guest between two reads makes
// it give up the TSC for a clock that is slow to read (kernel/time/clocksource.c).
// What spins is found by an NMI instead (see InjectNMI); no other ever comes.
var stallLimits = []string{
	"no_timer_check",
	"tsc=nowatchdog",
	"unknown_nmi_panic",
	"watchdog_thresh=60",
	"rcupdate.rcu_cpu_stall_timeout=120",
	"rcupdate.rcu_exp_cpu_stall_timeout=120000",
	"workqueue.watchdog_thresh=120",
}

// consoleDevice: earlyprintk shows a kernel that dies before its console
// driver is up, and gives the sign of life in half the time.
// ignore_loglevel, not loglevel=: the console shows everything whatever a
// case does to console_loglevel. Each line tells its facility: what user space
// writes to /dev/kmsg looks like the kernel's own words otherwise.
func consoleDevice(w wiring) device {
	d := device{kargs: []string{"console=ttyS0", "earlyprintk=ttyS0", "ignore_loglevel", "console_msg_format=syslog"}}
	if w == terminal {
		d.args = []string{"-serial", "stdio"}
		return d
	}
	d.args = []string{"-chardev", fmt.Sprintf("socket,id=console,fd=%d", consoleFD), "-serial", "chardev:console"}
	return d
}

func monitorDevice(w wiring) device {
	if w == terminal {
		return device{}
	}
	return device{args: []string{"-chardev", fmt.Sprintf("socket,id=qmp,fd=%d", qmpFD), "-mon", "chardev=qmp,mode=control"}}
}

// agentDevice is a port to the guest's agent, for SSH: a descriptor that nobody
// else has, and no network. Of the ports of a virtio console the first is for
// consoles.
func agentDevice(w wiring) device {
	chardev := fmt.Sprintf("socket,id=agent,fd=%d", agentFD)
	if w == terminal {
		chardev = "null,id=agent"
	}
	return device{args: []string{
		"-chardev", chardev,
		"-device", "virtio-serial-pci,max_ports=2",
		"-device", "virtserialport,id=port,chardev=agent,name=" + vport.Name,
	}}
}

func randomDevice() device {
	return device{args: []string{"-object", "rng-random,id=random,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=random"}}
}

// panicDevice makes a panic the end of QEMU: the kernel reboots at once, and
// QEMU exits instead.
func panicDevice() device {
	return device{args: []string{"-no-reboot"}, kargs: []string{"panic=-1"}}
}
