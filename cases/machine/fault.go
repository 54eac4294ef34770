// SPDX-License-Identifier: Apache-2.0

package machine

// FaultModule is the module that a machine uses for [Fail].
const FaultModule = "klp_fault"

// FaultUnused begins the log line that says that the call that should fail was not
// made, so that the command showed nothing.
const FaultUnused = FaultModule + ": no call "

// Faults are the functions whose calls can be made to fail, as listed in
// kmods/src/klp_fault.c. The function determines what a failing call returns:
// no memory from kmalloc, which stands for kzalloc() and kstrdup() as well;
// ENOMEM from the next three; then not found, not alive, and not reliable.
var Faults = []string{
	"kmalloc", "kobject_add", "ftrace_set_filter_ip", "register_ftrace_function",
	"kallsyms_lookup_size_offset", "try_module_get", "stack_trace_save_tsk_reliable",
}
