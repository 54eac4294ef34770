// SPDX-License-Identifier: Apache-2.0

// Package model models the livepatch core of the Linux kernel as a state
// machine: for any sequence of commands it predicts what the kernel must
// answer, log and show in sysfs. [Machine] implements [machine.Machine], so
// that a case runs on it as on a guest, in microseconds.
//
// The core (core.go, transition.go, state.go, stack.go) follows
// kernel/livepatch/*.c of Linux 5.5 to 7.3 function by function, under the
// same names: enablePatch is klp_enable_patch(). Around it is everything else
// that a case can reach: the module loader (loader.go), the test modules of
// kmods/src (probe*.go, loglevel.go, target.go), sysfs and the agent in the
// guest (sysfs.go, machine.go).
//
// Time does not pass by itself. A transition tries once when it starts and once
// again whenever a command waits, as the kernel does each second; work items
// run when a command ends. An outcome that depends on timing has one answer
// here, and no case may rely on it.
//
// The model leaves out real memory, signals to remaining tasks, the once-only
// taint notices, "sh" and a case's own modules. It then returns
// [ErrNotModelled] rather than guess.
package model
