// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// packages makes a directory with a kernel's packages.
func packages(t *testing.T) string {
	t.Helper()
	const r, kdir = "6.12.0-test", "./usr/src/linux-headers-6.12.0-test/"
	dir := t.TempDir()
	for name, entries := range map[string][]imagestest.Entry{
		"linux-image-" + r: {imagestest.File("./boot/vmlinuz-"+r, imagestest.BzImage(imagestest.Gzipped(imagestest.PVHKernel()), r)),
			imagestest.File("./boot/config-"+r, "CONFIG_LIVEPATCH=y\n")},
		"linux-headers-" + r: {imagestest.File(kdir+"Makefile", "all:\n"), imagestest.File(kdir+"Module.symvers", ""),
			imagestest.File(kdir+"include/config/kernel.release", r+"\n"), imagestest.File(kdir+"scripts/x", "")},
	} {
		filetest.Put(t, filepath.Join(dir, name+".deb"), imagestest.Deb(name, "1", "amd64", imagestest.Tar(entries...)))
	}
	return dir
}

// The name of a kernel from packages is not a notation, so it is mended by its
// path.
func TestMendAKernelOfPackages(t *testing.T) {
	dir, c := packages(t), cachetest.New(t)
	k, err := Resolve(t.Context(), c, dir, images.Options{})
	if err != nil || k.Name != "deb:6.12.0-test" {
		t.Fatalf("%+v, %v", k, err)
	}
	path := filepath.Join(k.KDir, "Makefile")
	filetest.Put(t, path, "damaged")
	if err := Mend(t.Context(), c, k, images.Options{}); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "all:\n" {
		t.Errorf("%q, %v", text, err)
	}
}
