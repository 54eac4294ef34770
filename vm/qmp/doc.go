// SPDX-License-Identifier: Apache-2.0

// Package qmp speaks the QEMU Machine Protocol over a connection that exists
// already (docs/interop/qmp-spec.txt of QEMU). It takes what go-qemu has of the
// protocol, its typed calls, and replaces go-qemu's SocketMonitor: here neither
// an unread event nor a late reply holds anything up, a reply may have any
// length, and each command has a limit.
package qmp
