// SPDX-License-Identifier: Apache-2.0

// Package vm runs one QEMU virtual machine as a process: a [Spec] is
// validated, turned into an argument list by a pure function, started, waited
// for and closed. It knows nothing of livepatches.
package vm
