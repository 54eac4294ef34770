// SPDX-License-Identifier: Apache-2.0

// Package rootfs is the guest's file system, as the agent sees it or as a case
// does, and busybox in it.
package rootfs
