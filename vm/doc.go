// SPDX-License-Identifier: Apache-2.0

// Package vm runs one QEMU virtual machine as a process: a [Spec] is
// completed and validated once, turned into an argument list by a pure function,
// started, waited for and closed. It knows nothing about livepatches.
//
// It expects the architecture's QEMU (package arch), 7.2 or later, and a private
// directory for each machine, into which it writes console.log and qemu.log. QMP,
// the console and SSH use inherited sockets: there is no port that anybody else
// could connect to, and the guest has no network. The exception is a machine that boots
// from a disk: until it is a template, a loopback port leads to its own SSH server.
//
// A machine that was started with Spec.Template can become a [Template]:
// [VM.Snapshot] leaves its memory, its device state and a manifest in that
// directory, [OpenTemplate] checks them, and [Template.Clone] makes machines
// that continue from there, each with a copy-on-write view of the memory. A
// template holds the memory of a guest, including its keys, so the directory must
// be private. It is written once and never changed. Renaming the directory between
// Snapshot and OpenTemplate makes it appear whole.
//
// A machine ends in one way only: QEMU exits, and [VM.Exited] is closed. A panic of the
// guest, the end of the context given to [Start], and [VM.Close] all lead there. Every
// wait watches it, and [VM.Death] then returns whose fault it was. QEMU also dies
// with the thread that started it, hence with klptest.
package vm
