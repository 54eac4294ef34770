// SPDX-License-Identifier: Apache-2.0

package packaged

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/bootimage"
	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/cache"
)

// Names in an entry, and among the loose files that it is made from.
const (
	imageFile    = "bzImage"
	configFile   = "config"
	vmlinuxFile  = "vmlinux"
	looseModules = "kernel"
)

// builtAgainst is the part of an entry that modules are built against. It has
// its own checksums, because it has 17000 files and most runs read none of
// them.
const builtAgainst = "usr"

// Loose maps the path of an installed file, without its leading slash, to its
// name among the loose files that [Complete] takes. It maps a file that is not
// needed to "".
func Loose(release string) func(path string) string {
	return func(path string) string {
		switch path {
		case "boot/vmlinuz-" + release:
			return imageFile
		case "boot/config-" + release:
			return configFile
		}
		name, ok := strings.CutPrefix(strings.TrimPrefix(path, "usr/"), "lib/modules/"+release+"/")
		if !ok {
			return ""
		}
		switch module, ok := strings.CutPrefix(name, "kernel/"); {
		case name == "vmlinuz":
			return imageFile
		case name == "config":
			return configFile
		case ok && initramfs.IsModule(module):
			return looseModules + "/" + module
		}
		return ""
	}
}

// Compiler returns the program that built the kernel whose configuration is
// among the loose files: "gcc-12".
func Compiler(loose string) (string, error) {
	config, err := dotconfig.Read(filepath.Join(loose, configFile))
	if err != nil {
		return "", fmt.Errorf("the packages are not complete: %w", err)
	}
	compiler, _, _ := strings.Cut(config["CC_VERSION_TEXT"], " ")
	return compiler, nil
}

// Complete makes dir a complete entry. dir already has, below usr, what modules
// are built against. The kernel, its configuration and its modules come from
// the directory loose; see [Loose]. Complete sets Boot and Modules of m.
func Complete(ctx context.Context, dir, loose string, m Manifest, o images.Options) error {
	for _, name := range []string{imageFile, configFile} {
		if err := os.Rename(filepath.Join(loose, name), filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("the packages of %s are not complete: %w", m.Release, err)
		}
	}
	if err := cache.Seal(filepath.Join(dir, builtAgainst)); err != nil {
		return err
	}
	var err error
	if m.Modules, err = addModules(dir, os.DirFS(filepath.Join(loose, looseModules))); err != nil {
		return err
	}
	if m.Boot, err = addVmlinux(ctx, dir, o); err != nil {
		return err
	}
	return m.write(dir)
}

// addModules adds the guest's modules to the entry, as its configuration
// requires.
func addModules(dir string, tree fs.FS) ([]string, error) {
	config, err := dotconfig.Read(filepath.Join(dir, configFile))
	if err != nil {
		return nil, err
	}
	found, err := initramfs.FindModules(tree, config)
	if err != nil {
		return nil, err
	}
	names, err := initramfs.WriteModules(found, filepath.Join(dir, "modules"))
	return within("modules", names), err
}

// addVmlinux puts the vmlinux beside the entry's bzImage, and returns which of
// the two to boot.
func addVmlinux(ctx context.Context, dir string, o images.Options) (string, error) {
	image, err := bootimage.ReadBzImage(filepath.Join(dir, imageFile))
	if err != nil {
		return "", err
	}
	if err := bootimage.WriteVmlinux(ctx, image, filepath.Join(dir, vmlinuxFile)); err != nil {
		return imageFile, bootimage.TellSlower(ctx, err, o.Tell)
	}
	return vmlinuxFile, nil
}
