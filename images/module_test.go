// SPDX-License-Identifier: Apache-2.0

package images

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

func xzed(text string) string {
	return packed(text, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
}

func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

var bothModules = map[string]string{"VIRTIO_PCI": "m", "VIRTIO_NET": "m"}

// debianTree has the modules of Debian's 6.1 as far as they matter, each
// packed in another way.
func debianTree() map[string]string {
	return map[string]string{
		"drivers/net/virtio_net.ko.xz":       xzed(koFile("virtio_net", "net_failover,virtio,virtio-ring")),
		"drivers/net/net_failover.ko.zst":    packed(koFile("net_failover", "failover"), func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }),
		"net/core/failover.ko.gz":            gzipped(koFile("failover", "")),
		"drivers/virtio/virtio.ko":           koFile("virtio", ""),
		"drivers/virtio/virtio_ring.ko":      koFile("virtio_ring", "virtio"),
		"drivers/virtio/virtio_pci.ko":       koFile("virtio_pci", "virtio,virtio_ring"),
		"drivers/virtio/virtio_mem.ko":       "damaged, but not needed",
		"drivers/net/ethernet/intel/e100.ko": koFile("e100", ""),
	}
}

func moduleNames(found []module) []string {
	var names []string
	for _, m := range found {
		names = append(names, m.name)
	}
	return names
}

func TestNetworkModulesAreInLoadOrder(t *testing.T) {
	for name, c := range map[string]struct {
		config map[string]string
		want   []string
	}{
		"both":      {bothModules, []string{"virtio", "virtio_ring", "virtio_pci", "failover", "net_failover", "virtio_net"}},
		"net alone": {map[string]string{"VIRTIO_PCI": "y", "VIRTIO_NET": "m"}, []string{"failover", "net_failover", "virtio", "virtio_ring", "virtio_net"}},
		"built in":  {map[string]string{"VIRTIO_PCI": "y", "VIRTIO_NET": "y"}, nil},
	} {
		got, err := networkModules(tree(debianTree()), c.config)
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
		"a dependency is missing": {func(f map[string]string) { delete(f, "net/core/failover.ko.gz") }, "needs the module failover"},
		"the driver is missing":   {func(f map[string]string) { delete(f, "drivers/net/virtio_net.ko.xz") }, "needs the module virtio_net"},
		"damaged":                 {func(f map[string]string) { f["drivers/virtio/virtio.ko"] = "?" }, "drivers/virtio/virtio.ko"},
		"damaged archive":         {func(f map[string]string) { f["net/core/failover.ko.gz"] = "?" }, "net/core/failover.ko.gz"},
		"no module":               {func(f map[string]string) { f["drivers/virtio/virtio.ko"] = elfFile() }, "no .modinfo"},
	} {
		files := debianTree()
		c.change(files)
		_, err := networkModules(tree(files), bothModules)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestModulesThatDependOnEachOther(t *testing.T) {
	got, err := networkModules(tree(map[string]string{
		"drivers/net/virtio_net.ko":   koFile("virtio_net", "net_failover"),
		"drivers/net/net_failover.ko": koFile("net_failover", "virtio_net"),
	}), map[string]string{"VIRTIO_NET": "m"})
	if err != nil || len(got) != 2 {
		t.Errorf("%v, %v", moduleNames(got), err)
	}
}

func TestWriteModules(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "modules")
	found, err := networkModules(tree(debianTree()), map[string]string{"VIRTIO_NET": "m"})
	if err != nil {
		t.Fatal(err)
	}
	names, err := writeModules(found, dir)
	want := []string{"00-failover.ko", "01-net_failover.ko", "02-virtio.ko", "03-virtio_ring.ko", "04-virtio_net.ko"}
	if diff := cmp.Diff(want, names); diff != "" || err != nil {
		t.Fatal(err, diff)
	}
	data, err := os.ReadFile(filepath.Join(dir, "04-virtio_net.ko"))
	if err != nil || !strings.HasPrefix(string(data), "\x7fELF") {
		t.Errorf("not decompressed, %v", err)
	}
}

func TestModuleName(t *testing.T) {
	for file, want := range map[string]string{"a/virtio-net.ko": "virtio_net", "x.ko.xz": "x", "x.ko.zst": "x", "x.kov": "", "x.o": "", "Makefile": ""} {
		if got := moduleName(file); got != want {
			t.Errorf("%s: %q", file, got)
		}
	}
}
