// SPDX-License-Identifier: Apache-2.0

package local

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// hostRoot makes a root directory of a distribution that runs imagestest.Release.
func hostRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	modules := "lib/modules/" + imagestest.Release
	for name, text := range map[string]string{
		"proc/sys/kernel/osrelease":                           imagestest.Release + "\n",
		"boot/vmlinuz-" + imagestest.Release:                  imagestest.BzImage(imagestest.Gzipped(imagestest.PVHKernel()), imagestest.Release),
		"boot/config-" + imagestest.Release:                   imagestest.TreeConfig,
		"usr/src/headers/Makefile":                            "",
		modules + "/kernel/drivers/char/virtio_console.ko.xz": imagestest.XZed(imagestest.Module("virtio_console", "")),
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
	k, err := resolveHost(t.Context(), cachetest.New(t), root, images.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if k.Name != "host:"+imagestest.Release || k.KDir != root+"/usr/src/headers" || len(k.Modules) != 1 || k.Config["LIVEPATCH"] != "y" {
		t.Errorf("got %+v", k)
	}
}

func TestHostConfigOfTheKernelItself(t *testing.T) {
	root := hostRoot(t)
	if err := os.Rename(filepath.Join(root, "boot/config-"+imagestest.Release), filepath.Join(root, "config")); err != nil {
		t.Fatal(err)
	}
	if config, err := hostConfig(root, imagestest.Release); config != nil || err != nil {
		t.Errorf("nothing is known: %v, %v", config, err)
	}
	filetest.Put(t, filepath.Join(root, "proc/config.gz"), imagestest.Gzipped(imagestest.TreeConfig))
	if config, err := hostConfig(root, imagestest.Release); config["LIVEPATCH"] != "y" || err != nil {
		t.Errorf("%v, %v", config, err)
	}
}

func TestResolveHostFails(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, string)
		want   string
	}{
		"no kernel":  {imagestest.Remove("boot/vmlinuz-" + imagestest.Release), "install the package linux-image-" + imagestest.Release},
		"no headers": {imagestest.Remove("usr/src/headers/Makefile"), "install the package linux-headers-" + imagestest.Release},
		"no link":    {imagestest.Remove("lib/modules/" + imagestest.Release + "/build"), "install the package linux-headers-" + imagestest.Release},
		"no module":  {imagestest.Remove("lib/modules/" + imagestest.Release + "/kernel/drivers/char/virtio_console.ko.xz"), "needs the module virtio_console"},
		"another kernel": {func(t *testing.T, root string) {
			filetest.Put(t, filepath.Join(root, "boot/vmlinuz-"+imagestest.Release), imagestest.BzImage(imagestest.Gzipped(imagestest.PVHKernel()), "6.1"))
		}, "is running"},
	} {
		t.Run(name, func(t *testing.T) {
			root := hostRoot(t)
			c.change(t, root)
			_, err := resolveHost(t.Context(), cachetest.New(t), root, images.Options{})
			if name == "no module" || name == "another kernel" { // the chosen kernel cannot be used
				imagestest.WantUserError(t, err, c.want)
			} else {
				imagestest.WantRigError(t, err, c.want)
			}
		})
	}
}
