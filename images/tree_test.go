// SPDX-License-Identifier: Apache-2.0

package images

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

const treeConfig = "CONFIG_X86_64=y\nCONFIG_LIVEPATCH=y\nCONFIG_VIRTIO_CONSOLE=m\nCONFIG_VIRTIO_PCI=y\n"

// buildTree makes a kernel tree as a finished build leaves it.
func buildTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Kconfig": "", "Makefile": "", "Module.symvers": "", "include/generated/autoconf.h": "",
		".config":                        treeConfig,
		"include/config/kernel.release":  testRelease + "\n",
		"vmlinux":                        pvhKernel(),
		"arch/x86/boot/bzImage":          bzImageOf(gzipped(pvhKernel()), testRelease),
		"drivers/char/virtio_console.ko": koFile("virtio_console", "virtio_hub"),
		"drivers/virtio/virtio_hub.ko":   koFile("virtio_hub", ""),
	} {
		filetest.Put(t, filepath.Join(dir, name), text)
	}
	return dir
}

func TestResolveTree(t *testing.T) {
	dir := buildTree(t)
	k, err := Resolve(t.Context(), cachetest.New(t), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Kernel{Spec: dir, Name: testRelease, Release: testRelease, Image: dir + "/vmlinux", BzImage: dir + "/arch/x86/boot/bzImage", KDir: dir,
		Config:  map[string]string{"X86_64": "y", "LIVEPATCH": "y", "VIRTIO_CONSOLE": "m", "VIRTIO_PCI": "y"},
		Modules: []string{dir + "/drivers/virtio/virtio_hub.ko", dir + "/drivers/char/virtio_console.ko"}, Live: true}
	if diff := cmp.Diff(want, k); diff != "" {
		t.Error(diff)
	}
}

func TestTreeWithoutPVHBootsTheBzImage(t *testing.T) {
	for _, vmlinux := range []string{plainKernel(), "damaged"} {
		dir := buildTree(t)
		filetest.Put(t, filepath.Join(dir, "vmlinux"), vmlinux)
		k, err := resolveTree(dir, Options{})
		if err != nil || k.Image != k.BzImage {
			t.Errorf("%v, %v", k, err)
		}
	}
}

func TestChangedConfigIsNoticed(t *testing.T) {
	dir := buildTree(t)
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
		_, err := Resolve(t.Context(), cachetest.New(t), dir, Options{Notice: func(s string) { said = s }})
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
		"no tree":        {remove(".config", "Kconfig"), "neither .config nor Kconfig"},
		"not configured": {remove(".config"), "is not configured\nmake -C"},
		"not built":      {remove("include/config/kernel.release"), "is not built: no include/config/kernel.release"},
		"no bzImage":     {remove("arch/x86/boot/bzImage"), "is not built: no arch/x86/boot/bzImage"},
		"no symvers":     {remove("Module.symvers"), "is not built: no Module.symvers"},
		"no modules":     {remove("drivers/virtio/virtio_hub.ko"), "needs the module virtio_hub"},
		"another machine": {func(t *testing.T, dir string) {
			filetest.Put(t, filepath.Join(dir, ".config"), "CONFIG_ARM64=y\n")
		}, "is not for x86-64"},
		"half built": {func(t *testing.T, dir string) {
			filetest.Put(t, filepath.Join(dir, "arch/x86/boot/bzImage"), bzImageOf("x", "6.12.0-old"))
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
			dir := buildTree(t)
			c.change(t, dir)
			_, err := Resolve(t.Context(), cachetest.New(t), dir, Options{})
			wantUserError(t, err, c.want)
		})
	}
}

func remove(names ...string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		for _, n := range names {
			if err := os.Remove(filepath.Join(dir, n)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
