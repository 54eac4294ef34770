// SPDX-License-Identifier: Apache-2.0

// Package vm runs one QEMU virtual machine as a process: a [Spec] is
// completed and validated once, turned into an argument list by a pure function,
// started, waited for and closed. It knows nothing of livepatches.
//
// It expects the architecture's QEMU (package arch), 7.2 or later, and a private
// directory for each machine, into which it writes console.log and qemu.log. QMP,
// the console and SSH come over inherited sockets: there is no port that anybody
// else could connect to, and the guest has no network.
//
// A machine that was started with Spec.Template can become a [Template]:
// [VM.Snapshot] leaves its memory, its device state and a manifest in that
// directory, [OpenTemplate] checks them, and [Template.Clone] makes machines
// that go on from there, each with a copy-on-write view of the memory. A
// template is the memory of a guest with its keys in it: the directory must
// be private. It is written once and never changed. Between the two, a rename
// of the directory makes it appear whole.
//
// A machine ends in one way only: [VM.Exited] is closed. A panic on the
// console, the end of the context given to [Start] and [VM.Close] all lead
// there, every wait watches it, and [VM.Death] then tells whose fault it was.
// QEMU also dies with the thread that started it, hence with klptest.
package vm
