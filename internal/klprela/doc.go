// SPDX-License-Identifier: Apache-2.0

// Package klprela gives a livepatch module relocations of its own, which the kernel's
// livepatch code applies instead of its module loader: to symbols that are not exported,
// and to those of modules that may be loaded later. The format is that of
// Documentation/livepatch/module-elf-format.rst.
//
// No compiler makes them. Here C refers to a symbol with a name of a special form
// (kmods/src/klp_rela.h), which the linker leaves undefined, and [Rewrite] makes of its
// relocations what a tool such as kpatch-build makes. What the name says is not checked:
// a test may want a kernel to refuse it.
package klprela
