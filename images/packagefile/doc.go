// SPDX-License-Identifier: Apache-2.0

// Package packagefile provides kernels from package files: .deb of Debian, Ubuntu
// and the kernel's bindeb-pkg, .rpm of Fedora, RHEL, SUSE and binrpm-pkg. The
// packages are unpacked into the cache. Nothing is installed, and no package
// manager is needed.
package packagefile
