// SPDX-License-Identifier: Apache-2.0

// Package klprela adds livepatch relocations to a livepatch module. The kernel's livepatch
// code applies them instead of its module loader. They refer to symbols that are not
// exported, or to symbols of modules that may be loaded later. The format is that of
// Documentation/livepatch/module-elf-format.rst.
//
// No compiler generates them. The C source refers to such a symbol by a name of a special
// form (kmods/src/klp_rela.h), which the linker leaves undefined, and [Rewrite] converts
// the relocations as a tool such as kpatch-build does. The content of the name is not
// checked: a test may want a kernel to refuse it.
package klprela
