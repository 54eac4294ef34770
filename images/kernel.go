// SPDX-License-Identifier: Apache-2.0

package images

import "github.com/klptest/klptest/internal/arch"

// Kernel is a kernel that can be booted and built against.
type Kernel struct {
	Spec      string            // as the user wrote it: "debian:6.12", a path, "host"
	Name      string            // short, for people and file names: "debian:6.12.117-1~deb12u1"; names a distribution's kernel exactly
	Release   string            // uname -r
	Arch      *arch.Arch        // nil: the default one
	Image     string            // what QEMU boots: an ELF vmlinux with a PVH entry, else a bzImage
	BzImage   string            // the bzImage, where there is one
	KDir      string            // the directory for `make -C`: headers or the build tree
	Headers   []string          // further directories that a module build reads (linux-headers-*-common)
	Config    map[string]string // options without CONFIG_; nil when not known
	Modules   []string          // modules that the guest loads for its agent's port, in load order, decompressed
	Toolchain string            // the directory of the toolchain that modules are built with; "": the host's
	Key       string            // identifies a packaged kernel for caches; empty for one that is live
}

// Live reports whether the kernel's files may change at any time, as those of a
// build tree do: always run make.
func (k *Kernel) Live() bool { return k.Key == "" }
