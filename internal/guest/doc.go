// SPDX-License-Identifier: Apache-2.0

// Package guest holds the agreement between host and guest: paths, the SSH
// subsystem, the kernel's arguments. The packages below it are the two sides:
//
//   - boot is PID 1 of the guest: it mounts, loads modules, and keeps the agent
//     alive, which is an SSH server
//   - agent runs the commands of cases, on the kernel (kernel) and the files
//     (rootfs) of the guest
//   - client is the host's end, a machine.Machine
//   - wire is the protocol between the two
//
// On a machine that klptest did not boot (package remote), there is only the agent:
// it serves one session on its standard input and output.
//
// The klptest binary is the /init of the guest's initramfs, so one program has
// both sides. The agent is a child of PID 1, because a fault of PID 1 makes the
// kernel panic.
package guest
