// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

func TestNames(t *testing.T) {
	for _, f := range formats {
		for name, want := range map[string]map[string]bool{
			"deb": {"linux-image-6.8.0-45-generic": true, "linux-image-unsigned-6.8.0-45-generic": true, "linux-hwe-6.8-headers-6.8.0-45": true, "linux-kbuild-6.1": true,
				"linux-image-amd64": false, "linux-image-6.12.0-dbg": false, "linux-libc-dev": false, "linux-modules-extra-6.8.0-45-generic": false, "linux-doc-6.1": false, "linux-base": false},
			"rpm": {"kernel": true, "kernel-core": true, "kernel-rt-modules-core": true, "kernel-default-devel": true, "kernel-devel-rt": true, "kernel-ml-core": true,
				"kernel-headers": false, "kernel-modules-extra": false, "kernel-debuginfo-common-x86_64": false, "kernel-default-base": false, "kernel-source": false, "kernel-tools-libs": false, "kernelshark": false},
		}[f.name] {
			if got := f.takes(name); got != want {
				t.Errorf("%s: %t", name, got)
			}
		}
	}
}

func TestGroups(t *testing.T) {
	for _, c := range []struct {
		format int
		a, b   string
		same   bool
	}{
		{0, "6.8.0-45.45", "6.8.0-45.45+1", true}, {0, "6.12.117-1", "6.12.117-1+b1", true}, {0, "1:6.1-1", "6.1-1", true}, {0, "6.8.0-45.45", "6.8.0-45.46", false},
		{1, "6.4.0-150600.23.25.1", "6.4.0-150600.23.25.2", true}, {1, "6.4.0-150600.23.25.1", "6.4.0-150600.23.30.1", false},
		{1, "6.11.4-301.fc41", "6.11.4-300.fc41", false}, {1, "5.14.0-427.el9", "5.14.0-427.13.1.el9_4", false},
	} {
		if f := formats[c.format]; (f.group(c.a) == f.group(c.b)) != c.same {
			t.Errorf("%s and %s", c.a, c.b)
		}
	}
}

func TestApart(t *testing.T) {
	for _, c := range []struct {
		format int
		a, b   string
		want   bool
	}{
		{0, "linux-image-6.8.0-45-generic", "linux-modules-6.8.0-45-generic", false}, {0, "linux-image-6.8.0-45-generic", "linux-hwe-6.8-headers-6.8.0-45", false},
		{0, "linux-image-6.8.0-45-generic", "linux-image-6.8.0-45-lowlatency", true}, {0, "linux-image-6.12.1+deb13-amd64", "linux-headers-6.12.1+deb13-common", false},
		{0, "linux-image-6.12.1+deb13-amd64", "linux-image-6.12.1+deb13-cloud-amd64", true},
		{1, "kernel-core", "kernel-rt-core", true}, {1, "kernel-core", "kernel-devel", false}, {1, "kernel-core", "kernel", false}, {1, "kernel-rt-modules-core", "kernel-core", false},
	} {
		f := formats[c.format]
		if f.apart(c.a, c.b) != c.want || f.apart(c.b, c.a) != c.want {
			t.Errorf("%s and %s", c.a, c.b)
		}
	}
}

// A full disk is not the packages' fault.
func TestFullDisk(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "x", Err: unix.ENOSPC}
	if err := explain(t.Context(), "x.rpm", full); blame.Of(err) != blame.Rig {
		t.Errorf("%v is the %v's", err, blame.Of(err))
	}
	imagestest.WantUserError(t, explain(t.Context(), "x.rpm", io.ErrUnexpectedEOF), "cannot unpack x.rpm: unexpected EOF")
}

// fuzzPackage reads and unpacks whatever it is given, below a directory.
func fuzzPackage(t *testing.T, file string, data []byte) {
	dir := t.TempDir()
	filetest.Put(t, filepath.Join(dir, file), string(data))
	if err := os.Mkdir(filepath.Join(dir, "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	in, err := os.OpenRoot(filepath.Join(dir, "in"))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if p, err := readPkg(t.Context(), filepath.Join(dir, file)); err == nil {
		_ = p.unpack(t.Context(), in, func(name string) string { return name })
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%v beside it, %v", entries, err)
	}
}

func FuzzRPM(f *testing.F) {
	whole := imagestest.RPM("kernel-core", "1", "2", "x86_64", imagestest.Cpio(file("a", "x"), link("l", "a")))
	f.Add([]byte(whole))
	f.Add([]byte(whole[:150]))
	f.Add([]byte(strings.Replace(whole, "\x00\x00\x03\xe8", "\x00\x00\xff\xff", 1)))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzPackage(t, "x.rpm", data) })
}

func FuzzDeb(f *testing.F) {
	whole := imagestest.Deb("linux-image-1", "1", "amd64", imagestest.Tar(file("a", "x"), link("l", "a")))
	f.Add([]byte(whole))
	f.Add([]byte(whole[:150]))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzPackage(t, "x.deb", data) })
}
