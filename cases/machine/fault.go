// SPDX-License-Identifier: Apache-2.0

package machine

// FaultModule is the module with which a machine carries out [Fail].
const FaultModule = "klp_fault"

// FaultUnused begins the line of the kernel log that says that the call which was
// to fail has not come, so that the command has shown nothing.
const FaultUnused = FaultModule + ": no call "

// Faults are the functions of which a call can fail, as kmods/src/klp_fault.c
// lists them. What a call that fails returns follows from the function: no
// memory from kmalloc, which stands for kzalloc() and kstrdup() as well; ENOMEM
// from the next three; then not found, not alive, and not reliable.
var Faults = []string{
	"kmalloc", "kobject_add", "ftrace_set_filter_ip", "register_ftrace_function",
	"kallsyms_lookup_size_offset", "try_module_get", "stack_trace_save_tsk_reliable",
}
