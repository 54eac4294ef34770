// SPDX-License-Identifier: Apache-2.0

// Package gcov tells which lines and branches of its source a kernel has run.
//
// A kernel with CONFIG_GCOV_KERNEL counts; [Counters] holds what it has counted,
// which may come from a stranger. [Open] reads the notes that gcc has left beside
// the kernel's objects. With them, [Kernel.Lines] turns counters into lines: it
// runs gcov of the gcc that has built the kernel, and gives it only what this
// package has written. All else is plain data: a [File] is a source file with its
// counts; [File.Listing] and [WriteLcov] show it.
package gcov
