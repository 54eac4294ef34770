// SPDX-License-Identifier: Apache-2.0

// Package emulator finds faults in a kernel's log that no kernel can cause:
// then the emulated processor was wrong, and the log proves nothing about the
// kernel. It is for emulated guests, not for guests under KVM.
//
// Only what a kernel cannot do by any mistake counts. A kernel can jump to a
// non-canonical address: that is a general protection fault. It can load any
// value into EFLAGS, by popf, iret or sysret, so that TF, NT, IOPL and a #DB
// because of them can be its own; but no instruction loads a reserved bit. It
// can overwrite the registers of an interrupted function on its stack, so only
// the registers that the processor pushed last count.
package emulator
