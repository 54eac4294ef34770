// SPDX-License-Identifier: Apache-2.0

// Package model is the livepatch core of the Linux kernel as a state machine
// without a kernel: it says of any sequence of commands what the kernel must
// answer, log and show in sysfs. [Machine] is a [machine.Machine], so that a
// case runs on it as on a guest, in microseconds.
//
// The core (core.go, transition.go, state.go, stack.go) follows
// kernel/livepatch/*.c of Linux 6.1 to 6.18 function by function, under the
// same names: enablePatch is klp_enable_patch(). Around it stand what a case
// can reach: the module loader (loader.go), the test modules of kmods/src
// (probe*.go, loglevel.go, target.go), sysfs and the agent in the guest
// (sysfs.go, machine.go).
//
// Time does not pass by itself. A transition tries once when it starts and
// once again whenever a command waits, as the kernel does each second; work
// items run when a command ends. What depends on who is faster has one answer
// here, and no case may rely on it.
//
// Left out: real memory, signals to remaining tasks, the once-only taint
// notices, commands of the case's own ("sh") and modules of its own. The model
// says [ErrNotModelled] then, rather than guess.
package model
