// SPDX-License-Identifier: Apache-2.0

// Package kbuild builds kernels from source with Kbuild, out of tree and
// incrementally: the build stays in the cache, and the next one makes only what
// has changed. The source is never written to.
//
// A [Builder] builds a source as it is; its [Workshop] builds variants of it,
// such as the source with a patch. Both build in a view, a directory in the
// cache that looks like the source, and return the build directory. A killed
// build leaves a mark, so that half-written files are not taken for whole ones.
//
// It needs the programs that [MissingTools] looks for, and main must call
// [supervise.Main] first. The tree's Makefiles and programs run on this host, as
// make in the tree would run them: the source is trusted.
package kbuild
