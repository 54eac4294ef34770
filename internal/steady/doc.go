// SPDX-License-Identifier: Apache-2.0

// Package steady tells a good build from a disturbed one.
//
// Kbuild tries the compiler's options, and takes any failure for a missing
// option: when such a compiler is killed, or finds the disk full, make succeeds
// and builds something else. But Kbuild saves each command beside its result
// (NAME.cmd, Documentation/kbuild), tries the compiler again in the next run,
// and rebuilds every file whose command has changed. So a build is right when a
// further run changes no command.
package steady
