// SPDX-License-Identifier: Apache-2.0

// Package guest is the part of klptest that runs inside the guest, and the
// host's end of it.
//
// The klptest binary is /init of the guest's initramfs. [Main] makes it PID 1,
// which mounts, loads modules, and keeps one child alive: the agent, so that a fault of the agent is no panic of the kernel. The agent is
// an SSH server with two services: the subsystem "klptest", which runs the
// commands of cases, and a shell for people, where the guest has busybox.
//
// The protocol is JSON lines of at most 1 MB each, one request at a time.
// [Client] speaks it on the host and is a [machine.Machine]. It trusts nothing
// that the guest says: lines, totals and waits are bounded. The agent is heard
// every few seconds while it is at a request, so that one that a case has
// stopped, or cut off, is missed soon.
//
// Around a snapshot of the guest belong [Client.Quiesce], before, and
// [Client.Renew], in each clone. An idle agent has no timer.
//
// Of its surroundings the package expects, in the guest, the files
// /etc/klptest/host_key and /etc/klptest/authorized_keys, modules to load at
// boot in /lib/klptest/modules, and the kernel arguments of [KernelArgs]; on
// the host an SSH connection that its owner closes when the guest is dead.
package guest
