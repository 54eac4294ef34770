// SPDX-License-Identifier: Apache-2.0

// Package vport makes a port of a virtio console a [net.Listener] in the guest.
// The holder of the other end of QEMU's character device connects to it; no
// network is needed, and nobody else can reach it.
package vport
