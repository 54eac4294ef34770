// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"strconv"
	"strings"
)

// sandbox: what QEMU may no longer do once it runs. All of it holds with
// inherited descriptors.
const sandbox = "on,spawn=deny,elevateprivileges=deny,obsolete=deny,resourcecontrol=deny"

// args are QEMU's arguments when klptest runs it.
func (s Spec) args(accel Accel) []string {
	args := append(s.machineArgs(accel, inherited), s.bootArgs(accel)...)
	if s.Template != "" {
		args = append(args, memoryDevice(s.withDefaults().Memory, original).args...)
	}
	return args
}

// cloneArgs are QEMU's arguments for a clone. Its kernel is in memory: no
// file that the template booted from is needed, or looked at.
func (s Spec) cloneArgs(accel Accel) []string {
	args := append(s.machineArgs(accel, inherited), memoryDevice(s.withDefaults().Memory, private).args...)
	return append(args, "-incoming", "defer")
}

// machineArgs describe the machine without what it boots.
func (s Spec) machineArgs(accel Accel, w wiring) []string {
	s = s.withDefaults()
	args := []string{
		"-name", "klptest",
		"-nodefaults", "-no-user-config", "-display", "none",
		"-sandbox", sandbox,
		"-m", strconv.Itoa(s.Memory),
		"-smp", strconv.Itoa(s.CPUs),
	}
	for _, d := range s.devices(accel, w) {
		args = append(args, d.args...)
	}
	return args
}

func (s Spec) bootArgs(accel Accel) []string {
	args := []string{"-kernel", s.Kernel}
	if s.Initrd != "" {
		args = append(args, "-initrd", s.Initrd)
	}
	return append(args, "-append", s.cmdline(accel))
}

func (s Spec) devices(accel Accel, w wiring) []device {
	ds := []device{machineDevice(accel, active(s.version, accel, s.CPUs)), monitorDevice(w), consoleDevice(w), panicDevice(), randomDevice()}
	if s.Keys != nil {
		ds = append(ds, agentDevice(w))
	}
	return ds
}

// cmdline is the kernel's: what the devices need, then what the caller wants,
// so that the caller has the last word.
func (s Spec) cmdline(accel Accel) string {
	var words []string
	for _, d := range s.devices(accel, inherited) {
		words = append(words, d.kargs...)
	}
	return strings.Join(append(words, s.Append...), " ")
}

// commandLine is a line for a shell that starts the same machine with its
// console on the terminal.
func (s Spec) commandLine(accel Accel) string {
	s = s.withDefaults()
	words := append([]string{s.QEMU}, s.machineArgs(accel, terminal)...)
	words = append(words, s.bootArgs(accel)...)
	for i, w := range words {
		words[i] = shellQuote(w)
	}
	return strings.Join(words, " ")
}

// shellQuote quotes a word for a POSIX shell where it needs it.
func shellQuote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
