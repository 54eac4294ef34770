// SPDX-License-Identifier: Apache-2.0

// Package splat recognises what a kernel prints when something is wrong with
// it: a panic, an oops, a WARN, a sanitizer or lockdep report, a stall.
//
// There is one table, used both on the console (does the guest still live?)
// and on the records of the kernel log (does the case fail?).
package splat
