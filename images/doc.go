// SPDX-License-Identifier: Apache-2.0

// Package images provides what a guest boots: kernels by one notation
// ([Resolve]) and the initramfs that holds klptest itself as PID 1
// ([WriteInitramfs]). What is downloaded or converted is kept in a
// [cache.Cache]. It starts no VM.
//
// Surroundings: for Debian's kernels apt-cache, apt-get and dpkg-deb with
// package lists, no root; for an xz-compressed kernel the xz program; for a
// kernel's source what kbuild expects. Only x86-64.
package images
