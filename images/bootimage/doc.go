// SPDX-License-Identifier: Apache-2.0

// Package bootimage reads the files that a kernel is booted from, with a Go
// file for each format: bzImage, its compressed payload, and vmlinux with a PVH
// entry. It supports only x86-64, and runs the xz program for an xz-compressed
// payload.
package bootimage
