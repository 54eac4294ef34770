// SPDX-License-Identifier: Apache-2.0

// Package rig connects packages that do not know each other: a kernel (images),
// modules built against it (kmods), and VMs (vm) whose agent (internal/guest/agent)
// is the machine that tests run on.
//
// By default each test has its own guest, a clone of one that was booted once; see
// [Guests] for the others. A shared, reused or proven guest serves test after test
// as long as each passes and leaves it clean. Otherwise it is discarded, and the
// next test gets a new one.
//
// A rig may also use a machine with an SSH server of its own. QEMU boots one from a disk
// image, and clones it (see [OnImage]). On a machine of the user's (see [OnMachine]),
// tests run one after the other, and what one leaves loaded is unloaded before the next.
package rig
