// SPDX-License-Identifier: Apache-2.0

// Package boot is PID 1 of the guest, and the SSH server that PID 1 starts.
//
// [Main] mounts, loads the modules in guest.BootModules, and keeps one child
// alive: an SSH server with two services, the agent for cases and, if the guest
// has busybox, a shell for people.
package boot
