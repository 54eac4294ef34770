// SPDX-License-Identifier: Apache-2.0

package bootimage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/filetest"
)

func TestWriteVmlinux(t *testing.T) {
	whole := imagestest.Gzipped(imagestest.PVHKernel())
	for name, c := range map[string]struct{ image, wantErr string }{
		"PVH":                 {imagestest.BzImage(whole, imagestest.Release), ""},
		"no PVH":              {imagestest.BzImage(imagestest.Gzipped(imagestest.PlainKernel()), imagestest.Release), "no PVH entry"},
		"unknown compression": {imagestest.BzImage("LZO?…", imagestest.Release), "unknown compression"},
		"damaged payload":     {imagestest.BzImage(whole[:len(whole)/2], imagestest.Release), "unexpected EOF"},
		"no bzImage":          {strings.Repeat("x", 4096), "not an x86 bzImage"},
		"empty":               {"", "not an x86 bzImage"},
		"cut short":           {imagestest.BzImage(whole, imagestest.Release)[:1200], "cut short"},
		"no ELF":              {imagestest.BzImage(imagestest.Gzipped("hello"), imagestest.Release), "no PVH entry"},
	} {
		vmlinux := filepath.Join(t.TempDir(), "vmlinux")
		err := WriteVmlinux(t.Context(), []byte(c.image), vmlinux)
		if c.wantErr == "" {
			if got, _ := os.ReadFile(vmlinux); err != nil || string(got) != imagestest.PVHKernel() {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.wantErr) {
			t.Errorf("%s: got %v, want %q", name, err, c.wantErr)
		}
		if _, err := os.Stat(vmlinux); err == nil {
			t.Errorf("%s: a file is left", name)
		}
	}
}

func TestVmlinuxRelease(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vmlinux")
	filetest.Put(t, path, imagestest.PVHKernel())
	if got, err := VmlinuxRelease(path); got != imagestest.Release || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	filetest.Put(t, path, imagestest.Module("x", ""))
	if _, err := VmlinuxRelease(path); err == nil || !strings.Contains(err.Error(), "not a kernel") {
		t.Errorf("got %v", err)
	}
}
