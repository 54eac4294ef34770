// SPDX-License-Identifier: Apache-2.0

// Package splat recognises the messages of a kernel with a fault: a panic, an
// oops, a WARN, a sanitizer or lockdep report, a stall.
//
// One table serves both the console (is the guest still alive?) and the records of
// the kernel log (does the case fail?).
package splat
