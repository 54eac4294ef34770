// SPDX-License-Identifier: Apache-2.0

// Package images provides what a guest boots: kernels by one notation
// ([Resolve]), the initramfs that holds klptest itself as PID 1
// ([Initramfs]), and the cache that keeps both ([Cache]). It starts no VM.
package images
