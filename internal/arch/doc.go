// SPDX-License-Identifier: Apache-2.0

// Package arch describes the architectures whose kernels can be tested. One
// value says how each is named, emulated, booted and built.
//
// Code that reads what only one architecture has lies where it is used,
// selected by its ELF machine or its option: boot images in images/bootimage,
// machine code in internal/modcode, registers of a crash in internal/emulator.
//
// The architectures of the host and of the kernel under test are two values.
// KVM needs the same one on both sides.
package arch
