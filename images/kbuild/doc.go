// SPDX-License-Identifier: Apache-2.0

// Package kbuild builds kernels from their source, with Kbuild, out of tree and
// bit by bit: what is built stays in the cache, and the next build makes only
// what has changed. The source is never written to.
//
// A [Builder] builds a source as it is; its [Workshop] builds variants of it,
// such as the source with a patch. Both build in a view, a directory in the
// cache that looks like the source, and return the directory that holds what was
// built. A build that was killed leaves a mark, so that nothing half written is
// taken for whole.
//
// It expects the programs that [MissingTools] looks for, and that main calls
// [supervise.Main] first. The tree's Makefiles and programs run on this host, as
// make in the tree would run them: a source is trusted.
package kbuild
