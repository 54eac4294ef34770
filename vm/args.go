// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"strconv"
	"strings"

	"github.com/klptest/klptest/internal/shellword"
)

// sandbox is what QEMU may not do while it runs. All of these restrictions work
// with inherited descriptors.
const sandbox = "on,spawn=deny,elevateprivileges=deny,obsolete=deny,resourcecontrol=deny"

// args returns QEMU's arguments for a machine that klptest boots.
func (c config) args(accel Accel) []string {
	args := append(c.machineArgs(accel, inherited), c.bootArgs(accel)...)
	if c.Template != "" {
		args = append(args, memoryDevice(c.Memory, original).args...)
	}
	return append(args, c.diskArgs(c.bootDrive())...)
}

// cloneArgs returns QEMU's arguments for a clone. Its kernel is already in
// memory, so no file that the template booted from is needed or checked.
func (c config) cloneArgs(accel Accel) []string {
	args := append(c.machineArgs(accel, inherited), memoryDevice(c.Memory, private).args...)
	args = append(args, c.diskArgs(cloneDrive)...)
	return append(args, "-incoming", "defer")
}

// machineArgs returns the arguments for the machine, without those for what it
// boots.
func (c config) machineArgs(accel Accel, w wiring) []string {
	args := []string{
		"-name", "klptest",
		"-nodefaults", "-no-user-config", "-display", "none",
		"-sandbox", sandbox,
		"-m", strconv.Itoa(c.Memory),
		"-smp", strconv.Itoa(c.CPUs),
	}
	for _, d := range c.devices(accel, w) {
		args = append(args, d.args...)
	}
	if w == inherited {
		args = append(args, c.timeArgs(accel)...)
	}
	return args
}

func (c config) bootArgs(accel Accel) []string {
	if c.ownLoader() {
		return nil
	}
	args := []string{"-kernel", c.Kernel}
	if c.Initrd != "" {
		args = append(args, "-initrd", c.Initrd)
	}
	return append(args, "-append", c.cmdline(accel))
}

func (c config) devices(accel Accel, w wiring) []device {
	ds := []device{c.machineDevice(accel, c.active(accel, c.CPUs)), monitorDevice(w), c.consoleDevice(w), panicDevice(), c.randomDevice()}
	if c.Keys != nil {
		ds = append(ds, c.agentDevice(w))
	}
	return ds
}

// cmdline returns the kernel's command line: the arguments that the devices
// need, then the caller's, which can override them.
func (c config) cmdline(accel Accel) string {
	var words []string
	for _, d := range c.devices(accel, inherited) {
		words = append(words, d.kargs...)
	}
	return strings.Join(append(words, c.Append...), " ")
}

// commandLine returns a shell command that starts the same machine with its
// console on the terminal.
func (c config) commandLine(accel Accel) string {
	words := append([]string{c.QEMU}, c.machineArgs(accel, terminal)...)
	words = append(words, c.bootArgs(accel)...)
	return shellword.Join(append(words, c.diskArgs(c.imageDrive())...))
}
