// SPDX-License-Identifier: Apache-2.0

// Package arch describes the architectures whose kernels can be tested. How
// each is called, emulated, booted and built stands in one value.
//
// Code that reads what an architecture alone has is where it is used, by its
// ELF machine or its option: boot images in images/bootimage, machine code in
// internal/modcode, registers of a crash in internal/emulator.
//
// The host's architecture and that of the kernel under test are two values. The
// same architecture on both sides is what KVM needs.
package arch
