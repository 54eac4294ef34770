// SPDX-License-Identifier: Apache-2.0

// Package variants finds out whether verdicts depend on how a kernel was
// configured. It has the options that matter to livepatching or to klptest, and
// a few kernels that cover them: options that do not exclude each other stand in
// one kernel, and each option in two or more. Where a case does not pass, what
// the kernels have in common tells which options may be to blame; these are then
// tried alone.
package variants
