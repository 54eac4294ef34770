// SPDX-License-Identifier: Apache-2.0

// Package vport makes a port of a virtio console a [net.Listener], in the
// guest: whoever holds the other end of QEMU's character device connects. No
// network is needed, and nobody else reaches it.
package vport
