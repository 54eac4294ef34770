// SPDX-License-Identifier: Apache-2.0

// Package qmp speaks the QEMU Machine Protocol (docs/interop/qmp-spec.txt of
// QEMU) over an existing connection. It uses go-qemu's typed calls and replaces
// its SocketMonitor: here neither an unread event nor a late reply blocks
// anything, a reply may have any length, and every command has a time limit.
package qmp
