// SPDX-License-Identifier: Apache-2.0

// Package variants finds out whether verdicts depend on the kernel's configuration.
// It has the options that matter to livepatching or to klptest, and a few kernels
// that cover them: options that do not exclude each other share a kernel, and each
// option is in two or more kernels. If a case does not pass, the options of its
// kernels may be to blame, except those with which it passed on another kernel; each is
// then tried alone.
package variants
