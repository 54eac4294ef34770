// SPDX-License-Identifier: Apache-2.0

package model

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
)

// The functions whose calls can fail; kmods/src/klp_fault.c.
const (
	kmalloc          = "kmalloc" // kzalloc() and kstrdup() as well
	kobjectAdd       = "kobject_add"
	setFilter        = "ftrace_set_filter_ip"
	registerFunction = "register_ftrace_function"
	lookupSize       = "kallsyms_lookup_size_offset"
	tryModuleGet     = "try_module_get"
	saveStack        = "stack_trace_save_tsk_reliable"
)

const (
	enodev = -int(unix.ENODEV)
	enoent = -int(unix.ENOENT)
)

// fault is a call of livepatch code that is to fail.
type fault struct {
	function string
	nth      int
}

// fails counts a call, and tells whether it is the one that fails. The core calls
// it wherever the kernel calls the function, in the same order.
func (c *core) fails(function string) bool {
	c.calls[function]++
	f := c.fault
	if f == nil || f.function != function || c.calls[function] != f.nth {
		return false
	}
	logger{c.kmsg, machine.FaultModule + ": "}.info("call %d of %s fails", f.nth, function)
	return true
}

// fail makes a call in the next command fail.
func (m *Machine) fail(function, nth string) {
	n, _ := strconv.Atoi(nth) // the command has been parsed
	switch {
	case m.k.ftraceOff:
		m.k.giveUp("a call of %s that fails while ftrace is off", function) // the kprobe may be set by ftrace
	case function == saveStack && n > 1:
		m.k.giveUp("call %d of %s: the calls are as many as the tasks", n, function)
	}
	m.k.fault = &fault{function: function, nth: n}
}

// disarm ends the fault, and logs if its call was not made.
func (k *kernel) disarm() {
	f := k.fault
	k.fault = nil
	if f == nil || k.calls[f.function] >= f.nth {
		return
	}
	logger{k.kmsg, machine.FaultUnused}.warn("%d of %s: livepatch has made %d", f.nth, f.function, k.calls[f.function])
}

// Calls returns how often livepatch called one of [machine.Faults] in the last command. For
// a command with a fault, the count starts at the fail command.
func (m *Machine) Calls(function string) int { return m.k.calls[function] }
