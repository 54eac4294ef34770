// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"path"
	"strings"

	"github.com/klptest/klptest/images/initramfs"
)

// place maps the path of an installed file to its path in a [tree], and a file
// that is not needed to "". /usr/lib/modules becomes /lib/modules, because
// distributions differ in which of the two they use.
func place(name string) string {
	dir, base := path.Split(name)
	switch {
	case strings.HasPrefix(name, "usr/src/debug/"), strings.HasPrefix(name, "usr/src/") && base == "vmlinux":
		return "" // vmlinux is for BTF of modules only, which would need pahole on the host
	case strings.HasPrefix(name, "usr/src/"), strings.HasPrefix(name, "usr/lib/linux-kbuild-"):
		return name
	case dir == "boot/" && (strings.HasPrefix(base, "vmlinuz-") || strings.HasPrefix(base, "config-")):
		return name
	}
	name = strings.TrimPrefix(name, "usr/")
	release, file := splitModules(name)
	module, isModule := strings.CutPrefix(file, "kernel/")
	if release != "" && (file == "vmlinuz" || file == "config" || isModule && initramfs.IsModule(module)) {
		return name
	}
	return ""
}

// splitModules splits "lib/modules/RELEASE/FILE".
func splitModules(name string) (release, file string) {
	rest, _ := strings.CutPrefix(name, "lib/modules/")
	if rest == name {
		return "", ""
	}
	release, file, _ = strings.Cut(rest, "/")
	return release, file
}
