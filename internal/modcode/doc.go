// SPDX-License-Identifier: Apache-2.0

// Package modcode reads how a compiler has translated a kernel module's
// functions: which are symbols of their own, which ftrace can redirect, and
// what they call or jump to.
//
// It supports the machines in its table. A module is a relocatable 64-bit ELF
// file with RELA relocations and its symbols.
package modcode
