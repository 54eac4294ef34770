// SPDX-License-Identifier: Apache-2.0

package local

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/bootimage"
	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
)

// Tree takes a kernel from its build tree, as it is.
func Tree(dir string) (*images.Kernel, error) { return resolveTree(dir, images.Options{}) }

// resolveTree takes a kernel from its build tree, as it is: nothing is copied,
// because the next make changes it.
func resolveTree(dir string, o images.Options) (*images.Kernel, error) {
	config, release, err := readTree(dir)
	if err != nil {
		return nil, err
	}
	name := arch.Default().Kernel.Image
	bz := filepath.Join(dir, name)
	data, err := bootimage.ReadBzImage(bz)
	if err != nil {
		return nil, notBuilt(dir, name)
	}
	built, err := bootimage.BzImageRelease(data)
	if err != nil {
		return nil, &blame.Error{Party: blame.User, Summary: bz, Advice: makeTree(dir), Err: err}
	}
	if built != release {
		return nil, blame.AdviseUserf(makeTree(dir), "%s is half built: its bzImage is %s, the tree is %s", dir, built, release)
	}
	if reconfigured(dir) {
		o.Tell(dir + "/.config has changed since the kernel was built: " + makeTree(dir))
	}
	modules, err := treeModules(dir, config)
	if err != nil {
		return nil, err
	}
	return &images.Kernel{Name: release, Release: release, Image: preferPVH(filepath.Join(dir, "vmlinux"), bz), BzImage: bz,
		KDir: dir, Headers: beside(dir), Config: config, Modules: modules}, nil
}

// reconfigured reports whether make has not seen the .config yet: make updates
// include/config/auto.conf before all else (the kernel's Makefile).
func reconfigured(dir string) bool {
	config, err := os.Stat(filepath.Join(dir, ".config"))
	if err != nil {
		return false
	}
	seen, err := os.Stat(filepath.Join(dir, "include/config/auto.conf"))
	return err == nil && config.ModTime().After(seen.ModTime())
}

// readTree reads what build trees and packaged headers have in common.
func readTree(dir string) (config map[string]string, release string, err error) {
	a := arch.Default()
	config, err = dotconfig.Read(filepath.Join(dir, ".config"))
	switch {
	case !there(dir, "."):
		return nil, "", blame.AdviseUserf("name the build tree or headers of that kernel: --kdir DIR", "there is no directory %s", dir)
	case errors.Is(err, os.ErrNotExist) && !there(dir, "Kconfig"):
		return nil, "", images.BadNotation("%s is not a kernel tree: it has neither .config nor Kconfig", dir)
	case errors.Is(err, os.ErrNotExist):
		return nil, "", blame.AdviseUserf("make -C "+dir+" defconfig, then: "+makeTree(dir), "the kernel in %s is not configured", dir)
	case err != nil:
		return nil, "", &blame.Error{Party: blame.User, Advice: "make -C " + dir + " olddefconfig", Err: err}
	case config[a.Kernel.Option] != "y":
		return nil, "", blame.AdviseUserf("build it with CONFIG_"+a.Kernel.Option+"=y", "the kernel in %s is not for %s", dir, a.Name)
	}
	for _, name := range []string{"include/config/kernel.release", "include/generated/autoconf.h", "Module.symvers"} {
		if !there(dir, name) {
			return nil, "", notBuilt(dir, name)
		}
	}
	release, err = treeRelease(dir)
	return config, release, err
}

// utsRelease matches the release that uname -r prints and modules' vermagic begins with
// (include/linux/vermagic.h).
var utsRelease = regexp.MustCompile(`(?m)^#define UTS_RELEASE "([^"]+)"`)

// treeRelease returns the release of the kernel that is built in dir. In Debian's
// headers of 6.1, kernel.release differs from the kernel's release.
func treeRelease(dir string) (string, error) {
	if text, err := os.ReadFile(filepath.Join(dir, "include/generated/utsrelease.h")); err == nil {
		if m := utsRelease.FindSubmatch(text); m != nil {
			return string(m[1]), nil
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "include/config/kernel.release"))
	return strings.TrimSpace(string(text)), err
}

func notBuilt(dir, missing string) error {
	return blame.AdviseUserf(makeTree(dir), "the kernel in %s is not built: no %s", dir, missing)
}

func makeTree(dir string) string { return "make -C " + dir + " -j$(nproc)" }

func there(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// preferPVH chooses which of the two to boot.
func preferPVH(vmlinux, bz string) string {
	if bootimage.HasPVH(vmlinux) {
		return vmlinux
	}
	return bz
}

// treeModules returns the guest's modules in a build tree, which are not compressed.
func treeModules(dir string, config map[string]string) ([]string, error) {
	found, err := initramfs.FindModules(os.DirFS(dir), config)
	if err != nil {
		return nil, &blame.Error{Party: blame.User, Summary: dir, Advice: makeTree(dir) + " modules, or set CONFIG_VIRTIO_PCI and CONFIG_VIRTIO_CONSOLE to y", Err: err}
	}
	var paths []string
	for _, m := range found {
		paths = append(paths, filepath.Join(dir, m.File))
	}
	return paths, nil
}
