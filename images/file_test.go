// SPDX-License-Identifier: Apache-2.0

package images

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

func TestResolveBzImage(t *testing.T) {
	kdir, c := buildTree(t), cachetest.New(t)
	file := filepath.Join(t.TempDir(), "bzImage")
	filetest.Put(t, file, bzImageOf(gzipped(pvhKernel()), testRelease))
	k, err := Resolve(t.Context(), c, file, Options{KDir: kdir})
	if err != nil {
		t.Fatal(err)
	}
	if k.Release != testRelease || k.BzImage != file || k.KDir != kdir || !k.Live {
		t.Errorf("got %+v", k)
	}
	if got, _ := os.ReadFile(k.Image); string(got) != pvhKernel() {
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
	filetest.Put(t, file, pvhKernel())
	k, err := Resolve(t.Context(), cachetest.New(t), file, Options{KDir: buildTree(t)})
	if err != nil || k.Image != file || k.BzImage != "" || k.Release != testRelease {
		t.Errorf("%+v, %v", k, err)
	}
}

func TestBzImageThatCannotBeExtracted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bzImage")
	filetest.Put(t, file, bzImageOf("LZO", testRelease))
	var said string
	k, err := Resolve(t.Context(), cachetest.New(t), file, Options{KDir: buildTree(t), Notice: func(s string) { said = s }})
	if err != nil || k.Image != file || !strings.Contains(said, "booting the bzImage") {
		t.Errorf("%+v, %v, %q", k, err, said)
	}
}

func TestResolveFileFails(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"another release":  {bzImageOf(gzipped(pvhKernel()), "6.1.0-old"), "is 6.1.0-old, but"},
		"no kernel":        {"hello", "neither a bzImage nor a vmlinux"},
		"empty":            {"", "neither a bzImage nor a vmlinux"},
		"vmlinux, no PVH":  {plainKernel(), "no PVH entry"},
		"damaged vmlinux":  {"\x7fELFxxxx", "no PVH entry"},
		"a module":         {koFile("x", ""), "no PVH entry"},
		"cut short":        {bzImageOf("payload", testRelease)[:0x260], "cut short"},
		"hostile versions": {bzImageOf("payload", "6\x1b[31m"), "neither"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "image")
			filetest.Put(t, file, c.text)
			_, err := Resolve(t.Context(), cachetest.New(t), file, Options{KDir: buildTree(t)})
			wantUserError(t, err, c.want)
		})
	}
}

func TestFileNeedsHeaders(t *testing.T) {
	file := filepath.Join(t.TempDir(), "vmlinux")
	filetest.Put(t, file, pvhKernel())
	_, err := Resolve(t.Context(), cachetest.New(t), file, Options{})
	wantUserError(t, err, "--kdir DIR")
	_, err = Resolve(t.Context(), cachetest.New(t), file, Options{KDir: t.TempDir()})
	wantUserError(t, err, "not a kernel tree")
}

func TestHeadersOfAKernelThatHasThem(t *testing.T) {
	for _, spec := range []string{"debian:6.12", "host", buildTree(t)} {
		_, err := Resolve(t.Context(), cachetest.New(t), spec, Options{KDir: "/somewhere"})
		wantUserError(t, err, "leave --kdir out")
	}
}
