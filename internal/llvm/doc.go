// SPDX-License-Identifier: Apache-2.0

// Package llvm finds the LLVM toolchains of the host, as kernels are built with
// them: Documentation/kbuild/llvm.rst.
package llvm
