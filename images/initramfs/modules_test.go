// SPDX-License-Identifier: Apache-2.0

package initramfs

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/klptest/klptest/images/imagestest"
)

func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

var bothModules = map[string]string{"VIRTIO_PCI": "m", "VIRTIO_CONSOLE": "m"}

// debianTree returns the modules of Debian's 6.1 that matter, packed in
// different ways.
func debianTree() map[string]string {
	return map[string]string{
		"drivers/char/virtio_console.ko.xz": imagestest.XZed(imagestest.Module("virtio_console", "virtio_helper,virtio,virtio-ring")),
		"drivers/char/virtio_helper.ko.zst": imagestest.Packed(imagestest.Module("virtio_helper", "virtio_hub"), func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }),
		"drivers/virtio/virtio_hub.ko.gz":   imagestest.Gzipped(imagestest.Module("virtio_hub", "")),
		"drivers/virtio/virtio.ko":          imagestest.Module("virtio", ""),
		"drivers/virtio/virtio_ring.ko":     imagestest.Module("virtio_ring", "virtio"),
		"drivers/virtio/virtio_pci.ko":      imagestest.Module("virtio_pci", "virtio,virtio_ring"),
		"drivers/virtio/virtio_mem.ko":      "damaged, but not needed",
		"drivers/char/tpm/tpm.ko":           imagestest.Module("tpm", ""),
	}
}

func moduleNames(found []Module) []string {
	var names []string
	for _, m := range found {
		names = append(names, m.Name)
	}
	return names
}

func TestGuestModulesAreInLoadOrder(t *testing.T) {
	for name, c := range map[string]struct {
		config map[string]string
		want   []string
	}{
		"both":          {bothModules, []string{"virtio", "virtio_ring", "virtio_pci", "virtio_hub", "virtio_helper", "virtio_console"}},
		"console alone": {map[string]string{"VIRTIO_PCI": "y", "VIRTIO_CONSOLE": "m"}, []string{"virtio_hub", "virtio_helper", "virtio", "virtio_ring", "virtio_console"}},
		"built in":      {map[string]string{"VIRTIO_PCI": "y", "VIRTIO_CONSOLE": "y"}, nil},
	} {
		got, err := FindModules(tree(debianTree()), c.config)
		if diff := cmp.Diff(c.want, moduleNames(got)); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestModulesThatCannotBeLoaded(t *testing.T) {
	for name, c := range map[string]struct {
		change func(map[string]string)
		want   string
	}{
		"a dependency is missing": {func(f map[string]string) { delete(f, "drivers/virtio/virtio_hub.ko.gz") }, "needs the module virtio_hub"},
		"the driver is missing":   {func(f map[string]string) { delete(f, "drivers/char/virtio_console.ko.xz") }, "needs the module virtio_console"},
		"damaged":                 {func(f map[string]string) { f["drivers/virtio/virtio.ko"] = "?" }, "drivers/virtio/virtio.ko"},
		"damaged archive":         {func(f map[string]string) { f["drivers/virtio/virtio_hub.ko.gz"] = "?" }, "drivers/virtio/virtio_hub.ko.gz"},
		"no module":               {func(f map[string]string) { f["drivers/virtio/virtio.ko"] = imagestest.ELF() }, "no .modinfo"},
	} {
		files := debianTree()
		c.change(files)
		_, err := FindModules(tree(files), bothModules)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestModulesThatDependOnEachOther(t *testing.T) {
	got, err := FindModules(tree(map[string]string{
		"drivers/char/virtio_console.ko": imagestest.Module("virtio_console", "virtio_helper"),
		"drivers/char/virtio_helper.ko":  imagestest.Module("virtio_helper", "virtio_console"),
	}), map[string]string{"VIRTIO_CONSOLE": "m"})
	if err != nil || len(got) != 2 {
		t.Errorf("%v, %v", moduleNames(got), err)
	}
}

func TestWriteModules(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "modules")
	found, err := FindModules(tree(debianTree()), map[string]string{"VIRTIO_CONSOLE": "m"})
	if err != nil {
		t.Fatal(err)
	}
	names, err := WriteModules(found, dir)
	want := []string{"00-virtio_hub.ko", "01-virtio_helper.ko", "02-virtio.ko", "03-virtio_ring.ko", "04-virtio_console.ko"}
	if diff := cmp.Diff(want, names); diff != "" || err != nil {
		t.Fatal(err, diff)
	}
	data, err := os.ReadFile(filepath.Join(dir, "04-virtio_console.ko"))
	if err != nil || !strings.HasPrefix(string(data), "\x7fELF") {
		t.Errorf("not decompressed, %v", err)
	}
}

func TestModuleName(t *testing.T) {
	for file, want := range map[string]string{"a/virtio-console.ko": "virtio_console", "x.ko.xz": "x", "x.ko.zst": "x", "x.kov": "", "x.o": "", "Makefile": ""} {
		if got := moduleName(file); got != want {
			t.Errorf("%s: %q", file, got)
		}
	}
}
