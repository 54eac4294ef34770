// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"os"
	"path/filepath"
	"regexp"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/kversion"
)

var (
	makeVersion = regexp.MustCompile(`(?m)^VERSION = (\d+)$`)
	makePatch   = regexp.MustCompile(`(?m)^PATCHLEVEL = (\d+)$`)
)

// isSource tells a kernel's source from its build tree, which may be the same
// directory.
func isSource(dir string) bool {
	return exists(dir, "Kconfig") && exists(dir, "Kbuild") && !exists(dir, ".config")
}

const nameSource = "name the top directory of a kernel's source: a git work tree, or an unpacked tarball"

// checkSource refuses a directory that cannot be built out of tree.
func checkSource(dir string) error {
	makefile, err := os.ReadFile(filepath.Join(dir, "Makefile"))
	major, minor := makeVersion.FindSubmatch(makefile), makePatch.FindSubmatch(makefile)
	if err != nil || major == nil || minor == nil || !exists(dir, "Kconfig") || !exists(dir, "Kbuild") {
		return blame.AdviseUserf(nameSource, "%s is not the source of a kernel", dir)
	}
	v := kversion.Parse(string(major[1]) + "." + string(minor[1]))
	if !v.AtLeast(kversion.States...) {
		return blame.AdviseUserf("use a newer one", "Linux %s in %s is too old: livepatches have had states since Linux %s", v, dir, kversion.States)
	}
	return checkClean(dir)
}

// checkClean refuses a tree that has been built in place, as Kbuild does: its
// objects and headers would be taken for those of the other configuration.
func checkClean(dir string) error {
	for _, name := range []string{".config", "include/config", "arch/" + arch.Default().Kernel.Dir + "/include/generated"} {
		if exists(dir, name) {
			return blame.AdviseUserf("save its .config and: make -C "+dir+" mrproper\nor test the kernel that is built there: --kernel "+dir,
				"%s has been configured or built in place (%s), nothing can be built from it elsewhere", dir, name)
		}
	}
	return nil
}
