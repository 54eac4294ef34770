// SPDX-License-Identifier: Apache-2.0

package initramfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/modinfo"
)

// maxModule is the maximum size of a decompressed module. With debug information,
// virtio_console has 1 MB.
const maxModule = 64 << 20

// moduleDirs hold the drivers of the agent's virtio port and the modules that
// these depend on, relative to the kernel's tree.
var moduleDirs = []string{"drivers/virtio", "drivers/char"}

// IsModule reports whether the guest may need a file of a kernel's module tree,
// named relative to the tree.
func IsModule(name string) bool {
	return slices.Contains(moduleDirs, path.Dir(name)) && moduleName(name) != ""
}

// moduleName returns "virtio_ring" for "drivers/virtio/virtio-ring.ko.xz", and ""
// for a file that is not a module.
func moduleName(file string) string {
	name, rest, ok := strings.Cut(path.Base(file), ".ko")
	if !ok || !slices.Contains([]string{"", ".xz", ".zst", ".gz"}, rest) {
		return ""
	}
	return strings.ReplaceAll(name, "-", "_")
}

// roots returns the drivers that the kernel has as modules.
func roots(config map[string]string) []string {
	var names []string
	for _, driver := range []string{"virtio_pci", "virtio_console"} {
		if config[strings.ToUpper(driver)] == "m" {
			names = append(names, driver)
		}
	}
	return names
}

// Module is a module that the guest loads, decompressed.
type Module struct {
	Name string // "virtio_console"
	File string // in the tree that was searched
	Data []byte
}

// FindModules finds the drivers of the agent's port that the configuration has as
// modules, and their dependencies, in a kernel's module tree or build tree. It
// returns them in load order.
func FindModules(tree fs.FS, config map[string]string) ([]Module, error) {
	files := map[string]string{}
	for _, dir := range moduleDirs {
		entries, err := fs.ReadDir(tree, dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if name := moduleName(e.Name()); name != "" {
				files[name] = path.Join(dir, e.Name())
			}
		}
	}
	walk := loadOrder{tree: tree, files: files, begun: map[string]bool{}}
	for _, name := range roots(config) {
		if err := walk.visit(name); err != nil {
			return nil, err
		}
	}
	return walk.order, nil
}

// loadOrder follows the depends= lines: a module comes after its dependencies.
type loadOrder struct {
	tree  fs.FS
	files map[string]string // by module name
	begun map[string]bool
	order []Module
}

func (w *loadOrder) visit(name string) error {
	if w.begun[name] {
		return nil
	}
	w.begun[name] = true
	file, ok := w.files[name]
	if !ok {
		return fmt.Errorf("the guest needs the module %s, which is missing", name)
	}
	data, err := readModule(w.tree, file)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	info, err := modinfo.Read(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, d := range info.Depends {
		if err := w.visit(d); err != nil {
			return err
		}
	}
	w.order = append(w.order, Module{name, file, data})
	return nil
}

func readModule(tree fs.FS, file string) ([]byte, error) {
	f, err := tree.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := decompressor(f, path.Ext(file))
	if err != nil {
		return nil, err
	}
	return bounded.ReadAll(r, maxModule)
}

func decompressor(r io.Reader, ext string) (io.Reader, error) {
	switch ext {
	case ".xz":
		return xz.NewReader(r)
	case ".zst":
		return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxModule))
	case ".gz":
		return gzip.NewReader(r)
	}
	return r, nil
}

// WriteModules writes modules to dir as NN-name.ko and returns the file
// names in load order.
func WriteModules(found []Module, dir string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var names []string
	for i, m := range found {
		name := fmt.Sprintf("%02d-%s.ko", i, m.Name)
		if err := os.WriteFile(filepath.Join(dir, name), m.Data, 0o600); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}
