// SPDX-License-Identifier: Apache-2.0

package images

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// hostRoot makes a root directory of a distribution that runs testRelease.
func hostRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	modules := "lib/modules/" + testRelease
	for name, text := range map[string]string{
		"proc/sys/kernel/osrelease":                           testRelease + "\n",
		"boot/vmlinuz-" + testRelease:                         bzImageOf(gzipped(pvhKernel()), testRelease),
		"boot/config-" + testRelease:                          treeConfig,
		"usr/src/headers/Makefile":                            "",
		modules + "/kernel/drivers/char/virtio_console.ko.xz": xzed(koFile("virtio_console", "")),
	} {
		filetest.Put(t, filepath.Join(root, name), text)
	}
	if err := os.Symlink(filepath.Join(root, "usr/src/headers"), filepath.Join(root, modules, "build")); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestResolveHost(t *testing.T) {
	root := hostRoot(t)
	k, err := resolveHost(t.Context(), cachetest.New(t), root, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if k.Name != "host:"+testRelease || k.KDir != root+"/usr/src/headers" || len(k.Modules) != 1 || k.Config["LIVEPATCH"] != "y" {
		t.Errorf("got %+v", k)
	}
}

func TestHostConfigOfTheKernelItself(t *testing.T) {
	root := hostRoot(t)
	if err := os.Rename(filepath.Join(root, "boot/config-"+testRelease), filepath.Join(root, "config")); err != nil {
		t.Fatal(err)
	}
	if config, err := hostConfig(root, testRelease); config != nil || err != nil {
		t.Errorf("nothing is known: %v, %v", config, err)
	}
	filetest.Put(t, filepath.Join(root, "proc/config.gz"), gzipped(treeConfig))
	if config, err := hostConfig(root, testRelease); config["LIVEPATCH"] != "y" || err != nil {
		t.Errorf("%v, %v", config, err)
	}
}

func TestResolveHostFails(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, string)
		want   string
	}{
		"no kernel":  {remove("boot/vmlinuz-" + testRelease), "install the package linux-image-" + testRelease},
		"no headers": {remove("usr/src/headers/Makefile"), "install the package linux-headers-" + testRelease},
		"no link":    {remove("lib/modules/" + testRelease + "/build"), "install the package linux-headers-" + testRelease},
		"no module":  {remove("lib/modules/" + testRelease + "/kernel/drivers/char/virtio_console.ko.xz"), "needs the module virtio_console"},
		"another kernel": {func(t *testing.T, root string) {
			filetest.Put(t, filepath.Join(root, "boot/vmlinuz-"+testRelease), bzImageOf(gzipped(pvhKernel()), "6.1"))
		}, "is running"},
	} {
		t.Run(name, func(t *testing.T) {
			root := hostRoot(t)
			c.change(t, root)
			_, err := resolveHost(t.Context(), cachetest.New(t), root, Options{})
			if name == "no module" || name == "another kernel" { // what was chosen does not go
				wantUserError(t, err, c.want)
			} else {
				wantHostError(t, err, c.want)
			}
		})
	}
}
