// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

// sealed returns a directory with files of several kinds, and a part with a
// seal of its own.
func sealed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, "file"), []byte(strings.Repeat("0123456789", 100_000)), 0o600),
		os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600),
		os.Symlink("file", filepath.Join(dir, "link")),
		os.MkdirAll(filepath.Join(dir, "part", "sub"), 0o700),
		os.WriteFile(filepath.Join(dir, "part", "sub", "file"), []byte("x"), 0o600),
		Seal(filepath.Join(dir, "part")),
		Seal(dir))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestCheck(t *testing.T) {
	if err := Check(sealed(t)); err != nil {
		t.Fatal(err)
	}
	flip := func(path string, at int64) error {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteAt([]byte{0xff}, at)
		return err
	}
	for _, tt := range []struct {
		name   string
		damage func(dir string) error
		want   string // in the error of Check; empty: none
		part   string // in its error for the part
	}{
		{"a byte", func(dir string) error { return flip(dir+"/file", 700_000) }, "file", ""},
		{"truncated", func(dir string) error { return os.Truncate(dir+"/file", 10) }, "file", ""},
		{"emptied", func(dir string) error { return os.Truncate(dir+"/file", 0) }, "file", ""},
		{"longer", func(dir string) error { return flip(dir+"/empty", 0) }, "empty", ""},
		{"gone", func(dir string) error { return os.Remove(dir + "/empty") }, "empty", ""},
		{"new", func(dir string) error { return os.WriteFile(dir+"/new", nil, 0o600) }, "new", ""},
		{"a link elsewhere", func(dir string) error {
			return errors.Join(os.Remove(dir+"/link"), os.Symlink("empty", dir+"/link"))
		}, "link", ""},
		{"the seal", func(dir string) error { return flip(dir+"/"+sealName, 3) }, "empty", ""},
		{"an empty seal", func(dir string) error { return os.Truncate(dir+"/"+sealName, 0) }, "empty", ""},
		{"no seal", Unseal, "no checksums", ""},
		{"a mark of the cache's own", func(dir string) error { return os.WriteFile(dir+"/.klptest.built", nil, 0o600) }, "", ""},
		{"in the part", func(dir string) error { return flip(dir+"/part/sub/file", 0) }, "", "sub/file"},
		{"the part's seal", func(dir string) error { return flip(dir+"/part/"+sealName, 0) }, "part", "has changed"},
		{"no part", func(dir string) error { return os.RemoveAll(dir + "/part") }, "part", "no checksums"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := sealed(t)
			if err := tt.damage(dir); err != nil {
				t.Fatal(err)
			}
			for of, want := range map[string]string{dir: tt.want, dir + "/part": tt.part} {
				err := Check(of)
				if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v", of, err)
				}
			}
		})
	}
}

// damaged returns a cache with a damaged entry k/a, and what the cache tells
// people.
func damaged(t *testing.T) (*Cache, *[]string) {
	t.Helper()
	var told []string
	c, err := Open(t.TempDir(), func(line string) { told = append(told, line) })
	if err != nil {
		t.Fatal(err)
	}
	dir, err := c.Entry(t.Context(), "k", "a", fillWith("whole"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "file"), []byte("whale"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c, &told
}

func TestDamagedEntryIsMadeAgain(t *testing.T) {
	c, told := damaged(t)
	if _, ok := c.Lookup("k", "a"); ok {
		t.Error("it is taken for whole")
	}
	dir, err := c.Entry(t.Context(), "k", "a", fillWith("whole"))
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "file")); string(text) != "whole" {
		t.Errorf("it is %q", text)
	}
	if _, err := c.Entry(t.Context(), "k", "a", neverFill(t)); err != nil {
		t.Error(err)
	}
	if len(*told) != 1 || (*told)[0] != "k/a in the cache is damaged (file has changed): making it again" {
		t.Errorf("it tells %q", *told)
	}
	wantNoTemp(t, c)
}

func TestEntryBeyondRepair(t *testing.T) {
	c, _ := damaged(t)
	boom := &blame.Error{Party: blame.Kernel, Summary: "no network", Advice: "plug it in"}
	_, err := c.Entry(t.Context(), "k", "a", func(context.Context, string) error { return boom })
	e, ok := errors.AsType[*blame.Error](err)
	if !ok || e.Party != blame.Rig || !strings.Contains(e.Summary, "k/a") || e.Advice != "plug it in" || !errors.Is(err, boom) {
		t.Errorf("%v", err)
	}
}

func TestCondemnedEntryIsMadeAgain(t *testing.T) {
	c := open(t)
	if _, err := c.Entry(t.Context(), "k", "a", fillWith("x")); err != nil {
		t.Fatal(err)
	}
	if err := c.Condemn("k", "a", errors.New("its part is damaged")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Entry(t.Context(), "k", "a", fillWith("y")); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(c.in("k", "a", "file")); string(text) != "y" {
		t.Errorf("it is %q", text)
	}
}

// If names cannot be exchanged, the damaged entry goes first.
func TestPutWithoutExchange(t *testing.T) {
	for _, there := range []bool{false, true} {
		dir := t.TempDir()
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		if err := os.WriteFile(from, []byte("new"), 0o600); err != nil {
			t.Fatal(err)
		}
		if there {
			if err := os.WriteFile(to, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := put(from, to); err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(to); string(text) != "new" {
			t.Errorf("%q", text)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	dir := b.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "vmlinux"), make([]byte, 70<<20), 0o600); err != nil {
		b.Fatal(err)
	}
	if err := Seal(dir); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(70 << 20)
	for b.Loop() {
		if err := Check(dir); err != nil {
			b.Fatal(err)
		}
	}
}
