// SPDX-License-Identifier: Apache-2.0

// Package llvm finds the host's LLVM toolchains for building kernels:
// Documentation/kbuild/llvm.rst.
package llvm
