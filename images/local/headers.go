// SPDX-License-Identifier: Apache-2.0

package local

import (
	"path/filepath"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
)

// Headers returns a kernel of which only the build tree or the headers are available:
// modules are built against it, and something else boots it.
func Headers(dir string) (*images.Kernel, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if !there(dir, ".config") {
		return nil, blame.AdviseUserf("name the build tree or headers of that kernel: --kdir DIR", "%s is not a kernel tree: it has no .config", dir)
	}
	config, release, err := readTree(dir)
	if err != nil {
		return nil, err
	}
	return &images.Kernel{Name: release, Release: release, KDir: dir, Headers: beside(dir), Config: config}, nil
}

// InstalledHeaders returns where a distribution installs the headers of a release, or
// "" if this host does not have them.
func InstalledHeaders(release string) string { return installedHeaders("/", release) }

func installedHeaders(root, release string) string {
	if filepath.Base(release) != release {
		return "" // a machine may call its release anything
	}
	dir, err := filepath.EvalSymlinks(filepath.Join(root, "lib/modules", release, "build"))
	if err != nil || !there(dir, "Makefile") {
		return ""
	}
	return dir
}
