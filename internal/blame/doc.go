// SPDX-License-Identifier: Apache-2.0

// Package blame types errors by whose fault they are, because that decides
// the verdict: a fault of the kernel under test is a FAIL, a fault of the rig
// (the host, QEMU, the toolchain, klptest itself) is an ERROR and never a
// FAIL, and a mistake of the user is a usage error.
//
// An [Error] is one short line; [Error.Detail] adds what to do, the tail of the
// log, and the path of the whole log, in that order.
package blame
