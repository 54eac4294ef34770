// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/bounded"
)

// unpacked unpacks a cpio archive and returns the files' contents and links'
// targets.
func unpacked(t *testing.T, archive string, want func(string) string, most int64) (map[string]string, error) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	failed := Cpio(strings.NewReader(archive), root, want, most)
	files := map[string]string{}
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case d.Type() == fs.ModeSymlink:
			files[name], err = os.Readlink(filepath.Join(dir, name))
		default:
			var text []byte
			text, err = os.ReadFile(filepath.Join(dir, name))
			files[name] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, failed
}

func TestCpio(t *testing.T) {
	archive := imagestest.Cpio(
		imagestest.File("./usr/src/", ""), imagestest.File("./usr/src/a", "text"), imagestest.Link("./usr/src/l", "a"),
		imagestest.File("./usr/share/doc", "doc"), imagestest.Device("./dev/sda"),
		imagestest.Linked(7, "./usr/src/h1", ""), imagestest.Linked(7, "./usr/share/h2", ""), imagestest.Linked(7, "./usr/src/h3", "shared"),
		imagestest.Linked(8, "./usr/src/e1", ""), imagestest.Linked(8, "./usr/src/e2", ""),
		imagestest.Linked(9, "./usr/src/n1", ""), imagestest.Linked(9, "./usr/share/n2", "shared, too"))
	sources := func(name string) string {
		rest, ok := strings.CutPrefix(name, "usr/src")
		if !ok {
			return ""
		}
		return "s" + rest
	}
	want := map[string]string{"s/a": "text", "s/l": "a", "s/h1": "shared", "s/h3": "shared", "s/e1": "", "s/e2": "", "s/n1": "shared, too"}
	got, err := unpacked(t, archive, sources, 21)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestCpioRefuses(t *testing.T) {
	whole := imagestest.Cpio(imagestest.File("./a", strings.Repeat("x", 100)), imagestest.File("./b", "x"))
	negative := strings.Replace(whole, "00000064", "-0000064", 1)
	for name, c := range map[string]struct{ archive, want string }{
		"upwards":           {imagestest.Cpio(imagestest.File("../evil", "x")), "leaves the package"},
		"hidden upwards":    {imagestest.Cpio(imagestest.File("./a/../../evil", "x")), "leaves the package"},
		"absolute":          {imagestest.Cpio(imagestest.File("/evil", "x")), "leaves the package"},
		"link upwards":      {imagestest.Cpio(imagestest.Link("./l", "../evil")), "a link leaves the package"},
		"absolute link":     {imagestest.Cpio(imagestest.Link("./l", "/etc")), "a link leaves the package"},
		"file through link": {imagestest.Cpio(imagestest.Link("./l", ".."), imagestest.File("./l/evil", "x")), "escapes"},
		"hard link upwards": {imagestest.Cpio(imagestest.Linked(1, "../evil", ""), imagestest.Linked(1, "./b", "x")), "leaves the package"},
		"a device":          {imagestest.Cpio(imagestest.Device("./sda")), "neither file, directory nor link"},
		"twice":             {imagestest.Cpio(imagestest.File("./a", "x"), imagestest.File("./a", "y")), "exists"},
		"cut in a file":     {whole[:200], "unexpected EOF"},
		"cut after a file":  {whole[:strings.Index(whole, "070701")+110+4+100], "unexpected EOF"},
		"without a trailer": {whole[:strings.LastIndex(whole, "070701")], "unexpected EOF"},
		"a negative size":   {negative, "has a size of -100"},
		"no archive":        {strings.Repeat("x", 200), "invalid cpio header"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := unpacked(t, c.archive, everything, 1<<20)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestCpioIsCapped(t *testing.T) {
	two := imagestest.Cpio(imagestest.File("a", "12345"), imagestest.File("b", "12345"))
	if _, err := unpacked(t, two, everything, 9); err != bounded.ErrTooLong {
		t.Errorf("got %v", err)
	}
	if _, err := unpacked(t, two, func(string) string { return "" }, 0); err != nil {
		t.Errorf("what is not wanted counts: %v", err)
	}
}

// Links of two archives may lead outside together.
func TestStayInside(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, archive := range []string{imagestest.Cpio(imagestest.Link("a/l", "../b/../../evil")), imagestest.Cpio(imagestest.File("./c/", ""), imagestest.Link("b", "c"))} {
		if err := Cpio(strings.NewReader(archive), root, everything, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	if err := StayInside(root); err == nil {
		t.Error("a link leads outside")
	}
}

func FuzzCpio(f *testing.F) {
	f.Add([]byte(imagestest.Cpio(imagestest.File("./a/b", "x"), imagestest.Link("./l", "a/b"))))
	f.Add([]byte(imagestest.Cpio(imagestest.File("../x", "x"))))
	f.Add([]byte(imagestest.Cpio(imagestest.Linked(1, "./a", ""), imagestest.Linked(1, "./b", "x"))))
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
		_ = Cpio(bytes.NewReader(data), in, everything, 1<<20)
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("%v beside it, %v", entries, err)
		}
	})
}
