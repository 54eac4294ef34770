// SPDX-License-Identifier: Apache-2.0

// Package kmods holds the kernel modules that cases load, and builds them
// against a kernel. It checks that this kernel would accept them, and that the
// compiler has kept everything on which cases rely.
//
// The C sources, in src/, are embedded. [Builder.Shipped] builds them with
// Kbuild and keeps the result in the cache; [Builder.Foreign] builds the C
// files of a case, which may come from a stranger: names are checked, the
// Kbuild file is generated, and the compiler runs under Landlock. It can read
// only the toolchain and what a build needs of the kernel's tree, and write only
// to the build directory.
//
// It expects make, a C compiler and binutils, and that main calls
// [supervise.Main] first. A build that is cancelled, takes too long, or loses
// its parent, even by SIGKILL, leaves no process behind.
//
// It starts no VM, and knows nothing about where kernels come from.
package kmods
