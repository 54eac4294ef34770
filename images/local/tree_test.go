// SPDX-License-Identifier: Apache-2.0

package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// A build of klptest's own that is named by its directory counts as used.
func TestTreeInTheCacheIsMarkedAsUsed(t *testing.T) {
	c := cachetest.New(t)
	view := filepath.Join(c.Root(), "kernels-built", "x-mutants")
	filetest.Put(t, filepath.Join(view, "build", "Makefile"), "")
	build, image := filepath.Join(view, "build"), filepath.Join(t.TempDir(), "bzImage")
	filetest.Put(t, image, "")
	for path, o := range map[string]images.Options{build: {}, image: {KDir: build}} {
		cachetest.Age(t, view)
		if _, err := resolvePath(t.Context(), c, path, o); err == nil {
			t.Error("the build is not complete")
		}
		cachetest.WantUsed(t, view)
	}
}

func TestResolveTree(t *testing.T) {
	dir := imagestest.BuildTree(t)
	k, err := provided.Resolve(t.Context(), cachetest.New(t), dir, images.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &images.Kernel{Spec: dir, Name: imagestest.Release, Release: imagestest.Release, Image: dir + "/vmlinux", BzImage: dir + "/arch/x86/boot/bzImage", KDir: dir,
		Config:  map[string]string{"X86_64": "y", "LIVEPATCH": "y", "VIRTIO_CONSOLE": "m", "VIRTIO_PCI": "y"},
		Modules: []string{dir + "/drivers/virtio/virtio_hub.ko", dir + "/drivers/char/virtio_console.ko"}}
	if diff := cmp.Diff(want, k); diff != "" {
		t.Error(diff)
	}
}

func TestTreeWithoutPVHBootsTheBzImage(t *testing.T) {
	for _, vmlinux := range []string{imagestest.PlainKernel(), "damaged"} {
		dir := imagestest.BuildTree(t)
		filetest.Put(t, filepath.Join(dir, "vmlinux"), vmlinux)
		k, err := resolveTree(dir, images.Options{})
		if err != nil || k.Image != k.BzImage {
			t.Errorf("%v, %v", k, err)
		}
	}
}

func TestChangedConfigIsNoticed(t *testing.T) {
	dir := imagestest.BuildTree(t)
	built := time.Now().Add(-time.Hour)
	filetest.Put(t, filepath.Join(dir, "include/config/auto.conf"), "")
	for _, c := range []struct {
		configured time.Time
		want       string
	}{
		{built.Add(-time.Minute), ""},
		{built, ""},
		{built.Add(time.Minute), "/.config has changed since the kernel was built: make -C"},
	} {
		if err := errors.Join(os.Chtimes(dir+"/include/config/auto.conf", built, built), os.Chtimes(dir+"/.config", c.configured, c.configured)); err != nil {
			t.Fatal(err)
		}
		var said string
		_, err := provided.Resolve(t.Context(), cachetest.New(t), dir, images.Options{Notice: func(s string) { said = s }})
		if err != nil || (said == "") != (c.want == "") || !strings.Contains(said, c.want) {
			t.Errorf("%v: %q, %v", c.configured.Sub(built), said, err)
		}
	}
}

func TestResolveTreeFails(t *testing.T) {
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		want   string
	}{
		"no tree":        {imagestest.Remove(".config", "Kconfig"), "neither .config nor Kconfig"},
		"not configured": {imagestest.Remove(".config"), "is not configured\nmake -C"},
		"not built":      {imagestest.Remove("include/config/kernel.release"), "is not built: no include/config/kernel.release"},
		"no bzImage":     {imagestest.Remove("arch/x86/boot/bzImage"), "is not built: no arch/x86/boot/bzImage"},
		"no symvers":     {imagestest.Remove("Module.symvers"), "is not built: no Module.symvers"},
		"no modules":     {imagestest.Remove("drivers/virtio/virtio_hub.ko"), "needs the module virtio_hub"},
		"another machine": {func(t *testing.T, dir string) {
			filetest.Put(t, filepath.Join(dir, ".config"), "CONFIG_ARM64=y\n")
		}, "is not for x86_64\nbuild it with CONFIG_X86_64=y"},
		"half built": {func(t *testing.T, dir string) {
			filetest.Put(t, filepath.Join(dir, "arch/x86/boot/bzImage"), imagestest.BzImage("x", "6.12.0-old"))
		}, "is half built: its bzImage is 6.12.0-old, the tree is 6.12.0-test"},
		"damaged bzImage": {func(t *testing.T, dir string) {
			filetest.Put(t, filepath.Join(dir, "arch/x86/boot/bzImage"), "x")
		}, "not an x86 bzImage"},
		"damaged config": {func(t *testing.T, dir string) {
			filetest.Put(t, filepath.Join(dir, ".config"), "nonsense")
		}, "not a kernel option"},
		"no livepatch": {func(t *testing.T, dir string) {
			filetest.Put(t, filepath.Join(dir, ".config"), "CONFIG_X86_64=y\n")
		}, "built without CONFIG_LIVEPATCH"},
		"gone": {func(t *testing.T, dir string) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}, "no such kernel"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := imagestest.BuildTree(t)
			c.change(t, dir)
			_, err := provided.Resolve(t.Context(), cachetest.New(t), dir, images.Options{})
			imagestest.WantUserError(t, err, c.want)
		})
	}
}
