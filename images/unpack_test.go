// SPDX-License-Identifier: Apache-2.0

package images

import (
	"archive/tar"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/filetest"
)

// entry is a file of a package: a directory when its name ends with "/", a
// link when it has a target.
type entry struct{ name, text, target string }

func tarOf(entries ...entry) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o755, Size: int64(len(e.text)), Typeflag: tar.TypeReg}
		switch {
		case e.target != "":
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.target
		case strings.HasSuffix(e.name, "/"):
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		if _, err := w.Write([]byte(e.text)); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String()
}

// fakePath makes programs of shell scripts the only ones on PATH, beside a
// few of the system's that the scripts use.
func fakePath(t *testing.T, scripts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"cat", "cp", "sleep", "xz"} {
		for _, from := range []string{"/usr/bin/", "/bin/"} {
			if _, err := os.Stat(from + name); err == nil {
				_ = os.Symlink(from+name, filepath.Join(dir, name))
			}
		}
	}
	for name, text := range scripts {
		filetest.Put(t, filepath.Join(dir, name), "#!/bin/sh\n"+text)
	}
	t.Setenv("PATH", dir)
	return dir
}

// fakeDpkg takes a plain tar for a package.
const fakeDpkg = `[ "$1" = --fsys-tarfile ] && exec cat "$2"`

func everything(name string) string { return name }

func TestUnpack(t *testing.T) {
	fakePath(t, map[string]string{"dpkg-deb": fakeDpkg})
	dir := t.TempDir()
	deb, dest := filepath.Join(dir, "x.deb"), filepath.Join(dir, "out")
	filetest.Put(t, deb, tarOf(entry{name: "./"}, entry{name: "./usr/src/a/"}, entry{"./usr/src/a/Makefile", "all:", ""},
		entry{"./usr/src/a/scripts", "", "../../lib/b/scripts"}, entry{"./usr/lib/b/scripts/run", "#!", ""}, entry{"./usr/share/doc/x", "doc", ""},
		entry{"./usr/src/a/vmlinux", "BTF", ""}, entry{"./usr/src/a/arch/vmlinux", "", ""}, entry{"./lib/modules/1/build", "", "/usr/src/a"}))
	if err := unpack(t.Context(), deb, dest, fromHeaders); err != nil {
		t.Fatal(err)
	}
	want := []string{"usr/lib/b/scripts/run", "usr/src/a/Makefile", "usr/src/a/arch/vmlinux", "usr/src/a/scripts"}
	if diff := cmp.Diff(want, filesIn(t, dest)); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(filepath.Join(dest, "usr/src/a/scripts/run"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("through the link: %v, %v", info, err)
	}
}

func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

func TestUnpackStaysInside(t *testing.T) {
	fakePath(t, map[string]string{"dpkg-deb": fakeDpkg})
	for name, entries := range map[string][]entry{
		"upwards":           {{"../evil", "x", ""}},
		"upwards inside":    {{"./usr/src/../../../evil", "x", ""}},
		"hidden upwards":    {{"./usr/src/a/../evil", "x", ""}},
		"absolute":          {{"/evil", "x", ""}},
		"link upwards":      {{"./usr/src/l", "", "../../../evil"}},
		"absolute link":     {{"./usr/src/l", "", "/etc"}},
		"through a link":    {{"./usr/l", "", ".."}, {"./usr/l2", "", "l/../.."}},
		"twice":             {{"./usr/a", "x", ""}, {"./usr/a", "y", ""}},
		"file over a link":  {{"./usr/a", "", "b"}, {"./usr/a", "y", ""}},
		"file as directory": {{"./usr/a", "x", ""}, {"./usr/a/b", "y", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			deb, dest := filepath.Join(dir, "x.deb"), filepath.Join(dir, "deep/out")
			filetest.Put(t, deb, tarOf(entries...))
			err := unpack(t.Context(), deb, dest, everything)
			if err == nil || !strings.Contains(err.Error(), "cannot unpack x.deb") {
				t.Errorf("got %v", err)
			}
			for _, path := range []string{filepath.Join(dir, "evil"), filepath.Join(dir, "deep/evil"), "/evil"} {
				if _, err := os.Lstat(path); err == nil {
					t.Errorf("%s was written", path)
				}
			}
		})
	}
}

func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{"./": ".", ".": ".", "./a/": "a", "a/b": "a/b", "/": "", "/a": "", "..": "", "./../a": "", "a/../b": "", "a//b": "", "": ""} {
		got, err := cleanName(name)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q becomes %q, %v", name, got, err)
		}
	}
}

func TestUnpackRefusesDevices(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "dev/sda", Typeflag: tar.TypeBlock, Mode: 0o600}); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := unpackTar(&b, root, everything, 1<<20); err == nil || !strings.Contains(err.Error(), "neither file") {
		t.Errorf("got %v", err)
	}
}

func TestUnpackIsCapped(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	two := tarOf(entry{"a", "12345", ""}, entry{"b", "12345", ""})
	if err := unpackTar(strings.NewReader(two), root, everything, 9); err != bounded.ErrTooLong {
		t.Errorf("got %v", err)
	}
	if err := unpackTar(strings.NewReader(two), root, func(string) string { return "" }, 0); err != nil {
		t.Errorf("what is not wanted counts: %v", err)
	}
}

func TestUnpackDamagedPackage(t *testing.T) {
	whole := tarOf(entry{"./usr/src/a", strings.Repeat("x", 5000), ""})
	for name, c := range map[string]struct{ text, script, want string }{
		"cut short":       {whole[:3000], fakeDpkg, "unexpected EOF"},
		"dpkg-deb says":   {whole[:3000], `cat "$2"; echo "dpkg-deb: error: unexpected end of file" >&2; exit 2`, "dpkg-deb failed"},
		"no archive":      {strings.Repeat("x", 1024), fakeDpkg, "invalid tar header"},
		"after the files": {whole, `cat "$2"; echo "lzma error: corrupt" >&2; exit 2`, "dpkg-deb failed"},
	} {
		fakePath(t, map[string]string{"dpkg-deb": c.script})
		dir := t.TempDir()
		filetest.Put(t, filepath.Join(dir, "x.deb"), c.text)
		err := unpack(t.Context(), filepath.Join(dir, "x.deb"), filepath.Join(dir, "out"), everything)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestUnpackWithoutDpkg(t *testing.T) {
	fakePath(t, nil)
	wantHostError(t, unpack(t.Context(), "x.deb", t.TempDir(), everything), "no dpkg-deb")
}

func TestFromImage(t *testing.T) {
	want := fromImage("6.1.0-56-amd64")
	for name, to := range map[string]string{
		"boot/vmlinuz-6.1.0-56-amd64":                                           "bzImage",
		"boot/config-6.1.0-56-amd64":                                            "config",
		"boot/System.map-6.1.0-56-amd64":                                        "",
		"lib/modules/6.1.0-56-amd64/kernel/drivers/char/virtio_console.ko":      "kernel/drivers/char/virtio_console.ko",
		"usr/lib/modules/6.1.0-56-amd64/kernel/drivers/virtio/virtio_pci.ko.xz": "kernel/drivers/virtio/virtio_pci.ko.xz",
		"lib/modules/6.1.0-56-amd64/kernel/drivers/char/tpm/tpm0/tpm0.ko":       "",
		"lib/modules/6.1.0-55-amd64/kernel/drivers/char/virtio_console.ko":      "",
		"lib/modules/6.1.0-56-amd64/modules.order":                              "",
	} {
		if got := want(name); got != to {
			t.Errorf("%s becomes %q, want %q", name, got, to)
		}
	}
}

func FuzzUnpackTar(f *testing.F) {
	f.Add([]byte(tarOf(entry{"./a/b", "x", ""}, entry{"./l", "", "a/b"})))
	f.Add([]byte(tarOf(entry{"../x", "x", ""})))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "in"), 0o700); err != nil {
			t.Fatal(err)
		}
		in, err := os.OpenRoot(filepath.Join(dir, "in"))
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		_ = unpackTar(bytes.NewReader(data), in, everything, 1<<20)
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("%v beside it, %v", entries, err)
		}
	})
}
