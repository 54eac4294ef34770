// SPDX-License-Identifier: Apache-2.0

package local

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

func TestResolveBzImage(t *testing.T) {
	kdir, c := imagestest.BuildTree(t), cachetest.New(t)
	file := filepath.Join(t.TempDir(), "bzImage")
	filetest.Put(t, file, imagestest.BzImage(imagestest.Gzipped(imagestest.PVHKernel()), imagestest.Release))
	k, err := provided.Resolve(t.Context(), c, file, images.Options{KDir: kdir})
	if err != nil {
		t.Fatal(err)
	}
	if k.Release != imagestest.Release || k.BzImage != file || k.KDir != kdir || !k.Live() {
		t.Errorf("got %+v", k)
	}
	if got, _ := os.ReadFile(k.Image); string(got) != imagestest.PVHKernel() {
		t.Errorf("boots %s", k.Image)
	}
	var names []string
	for _, m := range k.Modules {
		names = append(names, filepath.Base(m))
	}
	if diff := cmp.Diff([]string{"00-virtio_hub.ko", "01-virtio_console.ko"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestResolveVmlinux(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vmlinux")
	filetest.Put(t, file, imagestest.PVHKernel())
	k, err := provided.Resolve(t.Context(), cachetest.New(t), file, images.Options{KDir: imagestest.BuildTree(t)})
	if err != nil || k.Image != file || k.BzImage != "" || k.Release != imagestest.Release {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestBzImageThatCannotBeExtracted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bzImage")
	filetest.Put(t, file, imagestest.BzImage("LZO", imagestest.Release))
	var said string
	k, err := provided.Resolve(t.Context(), cachetest.New(t), file, images.Options{KDir: imagestest.BuildTree(t), Notice: func(s string) { said = s }})
	if err != nil || k.Image != file || !strings.Contains(said, "booting the bzImage") {
		t.Errorf("%+v, %v, %q", k, err, said)
	}
}

// What klptest kernel fetch prints can be given as a file: headers have no modules, but
// those that the guest needs are beside the image.
func TestResolveFetchedImage(t *testing.T) {
	dir, kdir := t.TempDir(), imagestest.BuildTree(t)
	for _, name := range []string{"virtio", "char"} {
		if err := os.RemoveAll(filepath.Join(kdir, "drivers", name)); err != nil {
			t.Fatal(err)
		}
	}
	filetest.Put(t, filepath.Join(kdir, "include/config/kernel.release"), "6.1.192\n") // as in Debian's headers of 6.1
	filetest.Put(t, filepath.Join(kdir, "include/generated/utsrelease.h"), "#define UTS_RELEASE \""+imagestest.Release+"\"\n")
	file, module := filepath.Join(dir, "vmlinux"), filepath.Join(dir, "modules/00-virtio_hub.ko")
	filetest.Put(t, file, imagestest.PVHKernel())
	_, err := provided.Resolve(t.Context(), cachetest.New(t), file, images.Options{KDir: kdir})
	imagestest.WantUserError(t, err, "the guest needs the module")
	filetest.Put(t, module, "")
	k, err := provided.Resolve(t.Context(), cachetest.New(t), file, images.Options{KDir: kdir})
	if err != nil || !slices.Equal(k.Modules, []string{module}) {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestResolveFileFails(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"another release":  {imagestest.BzImage(imagestest.Gzipped(imagestest.PVHKernel()), "6.1.0-old"), "is 6.1.0-old, but"},
		"no kernel":        {"hello", "neither a bzImage nor a vmlinux"},
		"empty":            {"", "neither a bzImage nor a vmlinux"},
		"vmlinux, no PVH":  {imagestest.PlainKernel(), "no PVH entry"},
		"damaged vmlinux":  {"\x7fELFxxxx", "no PVH entry"},
		"a module":         {imagestest.Module("x", ""), "no PVH entry"},
		"cut short":        {imagestest.BzImage("payload", imagestest.Release)[:0x260], "cut short"},
		"hostile versions": {imagestest.BzImage("payload", "6\x1b[31m"), "neither"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "image")
			filetest.Put(t, file, c.text)
			_, err := provided.Resolve(t.Context(), cachetest.New(t), file, images.Options{KDir: imagestest.BuildTree(t)})
			imagestest.WantUserError(t, err, c.want)
		})
	}
}

func TestFileNeedsHeaders(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vmlinux")
	filetest.Put(t, file, imagestest.PVHKernel())
	_, err := provided.Resolve(t.Context(), cachetest.New(t), file, images.Options{})
	imagestest.WantUserError(t, err, "--kdir DIR")
	_, err = provided.Resolve(t.Context(), cachetest.New(t), file, images.Options{KDir: t.TempDir()})
	imagestest.WantUserError(t, err, "not a kernel tree")
}
