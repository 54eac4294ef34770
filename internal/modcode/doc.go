// SPDX-License-Identifier: Apache-2.0

// Package modcode reads how a compiler has translated a kernel module's
// functions: which are symbols of their own, which ftrace can redirect, and
// what they call or jump to.
//
// It knows the machines of its table. A module is an ELF file for a 64-bit
// machine, relocatable, with RELA relocations and its symbols.
package modcode
