// SPDX-License-Identifier: Apache-2.0

// Package initramfs writes the initramfs that holds klptest itself as PID 1
// ([Write]), and finds the kernel's modules that go into it ([FindModules]).
package initramfs
