// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"slices"

	"github.com/klptest/klptest/internal/tunable"
	"github.com/klptest/klptest/internal/vport"
)

// device is a part of the machine: its QEMU arguments, and the kernel arguments
// without which the kernel does not use it.
type device struct {
	args  []string
	kargs []string
}

// wiring says where the console, QMP and the agent's port are connected.
type wiring bool

const (
	inherited wiring = false // descriptors that klptest passes
	terminal  wiring = true  // the standard streams, for a person who copies the command line
)

// The descriptors that QEMU inherits.
const (
	qmpFD     = 3
	consoleFD = 4
	agentFD   = 5 // only with keys
	memoryFD  = 6 // only templates and clones: the file that holds the guest's memory
	diskFD    = 7 // likewise, if they have a disk: the overlay of the image
)

func (c config) machineDevice(accel Accel, list []quirk) device {
	q := c.Arch.QEMU
	if accel == KVM {
		return device{args: []string{"-machine", q.Machine, "-accel", string(KVM), "-cpu", "host"}}
	}
	how, cpu := with(list, string(accel), q.CPU)
	return device{
		args:  []string{"-machine", q.Machine, "-accel", how, "-cpu", cpu},
		kargs: slices.Concat(c.Arch.Kernel.Emulated, tunable.Args(tunable.StallLimits)),
	}
}

// consoleDevice returns a console that shows everything. Each line has its facility,
// because text that user space writes to /dev/kmsg would otherwise look like the
// kernel's own.
func (c config) consoleDevice(w wiring) device {
	d := device{kargs: slices.Concat(c.Arch.Kernel.Console, []string{tunable.AllLines.Arg, "console_msg_format=syslog"})}
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

// agentDevice returns the port to the guest's agent, for SSH. It needs no network,
// and only klptest has its descriptor. The first port of a virtio console is for
// consoles.
func (c config) agentDevice(w wiring) device {
	chardev := fmt.Sprintf("socket,id=agent,fd=%d", agentFD)
	if w == terminal {
		chardev = "null,id=agent"
	}
	return device{args: []string{
		"-chardev", chardev,
		"-device", c.virtio("serial") + ",max_ports=2",
		"-device", "virtserialport,id=port,chardev=agent,name=" + vport.Name,
	}}
}

func (c config) randomDevice() device {
	return device{args: []string{"-object", "rng-random,id=random,filename=/dev/urandom", "-device", c.virtio("rng") + ",rng=random"}}
}

// panicDevice makes QEMU exit on a panic: the kernel reboots at once, and QEMU exits
// instead.
func panicDevice() device {
	return device{args: []string{"-no-reboot"}, kargs: []string{tunable.PanicReboots.Arg}}
}

// virtio names a virtio device on the machine's bus.
func (c config) virtio(device string) string { return "virtio-" + device + "-" + c.Arch.QEMU.Bus }
