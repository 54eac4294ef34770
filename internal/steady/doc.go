// SPDX-License-Identifier: Apache-2.0

// Package steady distinguishes a good build from a disturbed one.
//
// Kbuild probes the compiler's options, and treats any failure as a missing option:
// when such a compiler is killed, or the disk is full, make succeeds and builds
// something else. But Kbuild saves each command beside its result (NAME.cmd,
// Documentation/kbuild), probes the compiler again in the next run, and rebuilds
// every file whose command has changed. So a build is right when a further run
// changes no command.
//
// A [Shortage] is recognised by what the tools of a failed build print.
package steady
