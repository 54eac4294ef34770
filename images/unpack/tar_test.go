// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/bounded"
)

func everything(name string) string { return name }

func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{"./": ".", ".": ".", "./a/": "a", "a/b": "a/b", "/": "", "/a": "", "..": "", "./../a": "", "a/../b": "", "a//b": "", "": ""} {
		got, err := cleanName(name)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q becomes %q, %v", name, got, err)
		}
	}
}

func TestTarRefusesDevices(t *testing.T) {
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
	if err := Tar(&b, root, everything, 1<<20); err == nil || !strings.Contains(err.Error(), "neither file") {
		t.Errorf("got %v", err)
	}
}

func TestTarIsCapped(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	two := imagestest.Tar(imagestest.File("a", "12345"), imagestest.File("b", "12345"))
	if err := Tar(strings.NewReader(two), root, everything, 9); err != bounded.ErrTooLong {
		t.Errorf("got %v", err)
	}
	if err := Tar(strings.NewReader(two), root, func(string) string { return "" }, 0); err != nil {
		t.Errorf("what is not wanted counts: %v", err)
	}
}

func FuzzTar(f *testing.F) {
	f.Add([]byte(imagestest.Tar(imagestest.File("./a/b", "x"), imagestest.Link("./l", "a/b"))))
	f.Add([]byte(imagestest.Tar(imagestest.File("../x", "x"))))
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
		_ = Tar(bytes.NewReader(data), in, everything, 1<<20)
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("%v beside it, %v", entries, err)
		}
	})
}
