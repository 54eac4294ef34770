// SPDX-License-Identifier: Apache-2.0

// Package vport makes a virtio console port a [net.Listener] in the guest. The
// owner of the other end of QEMU's character device connects to it; no network is
// needed, and nobody else can reach it.
package vport
