// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/filetest"
)

func everything(name string) string { return name }

func TestUnpack(t *testing.T) {
	imagestest.Path(t, map[string]string{"dpkg-deb": debiantest.Dpkg})
	dir := t.TempDir()
	deb, dest := filepath.Join(dir, "x.deb"), filepath.Join(dir, "out")
	filetest.Put(t, deb, imagestest.Tar(imagestest.File("./", ""), imagestest.File("./usr/src/a/", ""), imagestest.File("./usr/src/a/Makefile", "all:"),
		imagestest.Link("./usr/src/a/scripts", "../../lib/b/scripts"), imagestest.File("./usr/lib/b/scripts/run", "#!"), imagestest.File("./usr/share/doc/x", "doc"),
		imagestest.File("./usr/src/a/vmlinux", "BTF"), imagestest.File("./usr/src/a/arch/vmlinux", ""), imagestest.Link("./lib/modules/1/build", "/usr/src/a")))
	if err := unpackDeb(t.Context(), deb, dest, fromHeaders); err != nil {
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
	imagestest.Path(t, map[string]string{"dpkg-deb": debiantest.Dpkg})
	for name, entries := range map[string][]imagestest.Entry{
		"upwards":           {imagestest.File("../evil", "x")},
		"upwards inside":    {imagestest.File("./usr/src/../../../evil", "x")},
		"hidden upwards":    {imagestest.File("./usr/src/a/../evil", "x")},
		"absolute":          {imagestest.File("/evil", "x")},
		"link upwards":      {imagestest.Link("./usr/src/l", "../../../evil")},
		"absolute link":     {imagestest.Link("./usr/src/l", "/etc")},
		"through a link":    {imagestest.Link("./usr/l", ".."), imagestest.Link("./usr/l2", "l/../..")},
		"twice":             {imagestest.File("./usr/a", "x"), imagestest.File("./usr/a", "y")},
		"file over a link":  {imagestest.Link("./usr/a", "b"), imagestest.File("./usr/a", "y")},
		"file as directory": {imagestest.File("./usr/a", "x"), imagestest.File("./usr/a/b", "y")},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			deb, dest := filepath.Join(dir, "x.deb"), filepath.Join(dir, "deep/out")
			filetest.Put(t, deb, imagestest.Tar(entries...))
			err := unpackDeb(t.Context(), deb, dest, everything)
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

func TestUnpackDamagedPackage(t *testing.T) {
	whole := imagestest.Tar(imagestest.File("./usr/src/a", strings.Repeat("x", 5000)))
	for name, c := range map[string]struct{ text, script, want string }{
		"cut short":       {whole[:3000], debiantest.Dpkg, "unexpected EOF"},
		"dpkg-deb says":   {whole[:3000], `cat "$2"; echo "dpkg-deb: error: unexpected end of file" >&2; exit 2`, "dpkg-deb failed"},
		"no archive":      {strings.Repeat("x", 1024), debiantest.Dpkg, "invalid tar header"},
		"after the files": {whole, `cat "$2"; echo "lzma error: corrupt" >&2; exit 2`, "dpkg-deb failed"},
	} {
		imagestest.Path(t, map[string]string{"dpkg-deb": c.script})
		dir := t.TempDir()
		filetest.Put(t, filepath.Join(dir, "x.deb"), c.text)
		err := unpackDeb(t.Context(), filepath.Join(dir, "x.deb"), filepath.Join(dir, "out"), everything)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestUnpackWithoutDpkg(t *testing.T) {
	imagestest.Path(t, nil)
	imagestest.WantRigError(t, unpackDeb(t.Context(), "x.deb", t.TempDir(), everything), "no dpkg-deb")
}
