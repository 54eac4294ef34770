// SPDX-License-Identifier: Apache-2.0

// Package bootimage reads the files that a kernel is booted from, a file for
// each format: bzImage, its compressed payload, and vmlinux with a PVH entry.
// Only x86-64. It runs the xz program for an xz-compressed payload.
package bootimage
