// SPDX-License-Identifier: Apache-2.0

// Package steady tells a build that went well from one that was disturbed.
//
// Kbuild tries the compiler to learn which options it has, and takes any
// failure for an option that is missing: when such a compiler is killed, or
// finds no room on the disk, make succeeds and builds something else. But it
// saves each command beside what that has made (NAME.cmd, Documentation/kbuild),
// tries the compiler again in the next run, and then makes anew what another
// command has made. So a build is right when a further run changes no command.
package steady
