// SPDX-License-Identifier: Apache-2.0

package initramfs

import (
	"bytes"
	"debug/elf"
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/filetest"
)

// unpackAsLinux reads archives as init/initramfs.c does: zeros between them
// are skipped, a header begins at a multiple of four, and a file needs its
// directory. It returns "mode contents" by name.
func unpackAsLinux(data []byte) (map[string]string, error) {
	files := map[string]string{".": ""}
	for at := 0; at < len(data); {
		if data[at] == 0 {
			at++
			continue
		}
		if at%4 != 0 || len(data) < at+110 || string(data[at:at+6]) != "070701" {
			return nil, fmt.Errorf("no header at %d", at)
		}
		field := func(n int) int {
			v, err := strconv.ParseUint(string(data[at+6+8*n:at+14+8*n]), 16, 32)
			if err != nil {
				panic(err)
			}
			return int(v)
		}
		mode, size, nameSize := field(1), field(6), field(11)
		body := (at + 110 + nameSize + 3) &^ 3
		name := string(data[at+110 : at+110+nameSize-1])
		at = (body + size + 3) &^ 3
		if name == "TRAILER!!!" {
			continue
		}
		if _, ok := files[path.Dir(name)]; !ok {
			return nil, fmt.Errorf("%s has no directory", name)
		}
		files[name] = fmt.Sprintf("%o %s", mode, data[body:body+size])
	}
	return files, nil
}

func archiveOf(t *testing.T, c Contents) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// guestContents returns files of the host for the guest.
func guestContents(t *testing.T) Contents {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"klptest": imagestest.ELF(), "busybox": imagestest.ELF(), "00-b.ko": "module b", "a.ko": "module a"} {
		filetest.Put(t, filepath.Join(dir, name), text)
	}
	return Contents{Init: filepath.Join(dir, "klptest"), Busybox: filepath.Join(dir, "busybox"),
		Modules: []string{filepath.Join(dir, "00-b.ko"), filepath.Join(dir, "a.ko")},
		Files:   map[string][]byte{"/etc/klptest/key": []byte("secret"), "etc/z": nil}}
}

func TestWrite(t *testing.T) {
	got, err := unpackAsLinux(archiveOf(t, guestContents(t)))
	if err != nil {
		t.Fatal(err)
	}
	const dir = "40755 "
	want := map[string]string{
		".": "", "dev": dir, "proc": dir, "sys": dir, "tmp": dir, "run": dir, "root": dir, "bin": dir, "etc": dir, "etc/klptest": dir,
		"lib": dir, "lib/klptest": dir, "lib/klptest/modules": dir,
		"init": "100755 " + imagestest.ELF(), "bin/busybox": "100755 " + imagestest.ELF(),
		"lib/klptest/modules/00-b.ko": "100600 module b", "lib/klptest/modules/01-a.ko": "100600 module a",
		"etc/klptest/key": "100600 secret", "etc/z": "100600 ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWorld(t *testing.T) {
	host := filepath.Join(t.TempDir(), "bash")
	filetest.Put(t, host, "bash")
	c := Contents{World: []Node{{Name: "/bin/bash", Host: host}, {Name: "/usr/bin", Link: "../bin"}}}
	got, err := unpackAsLinux(archiveOf(t, c))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{".": "", "bin": "40755 ", "bin/bash": "100755 bash", "usr": "40755 ", "usr/bin": "120777 ../bin"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestArchivesInARow(t *testing.T) {
	first := archiveOf(t, guestContents(t))
	for n := range 8 { // whatever the length of the first
		second := Contents{Files: map[string][]byte{"etc/klptest/key": []byte("another"), "etc/odd" + strings.Repeat("x", n): make([]byte, n)}}
		both := append(bytes.Clone(first), archiveOf(t, second)...)
		got, err := unpackAsLinux(both)
		if err != nil || got["etc/klptest/key"] != "100600 another" || got["init"] == "" {
			t.Errorf("%d: key %q, %v", n, got["etc/klptest/key"], err)
		}
	}
}

func TestSameContentsSameBytes(t *testing.T) {
	c := guestContents(t)
	for i := range 20 {
		c.Files[fmt.Sprint("f", i)] = nil
	}
	if !bytes.Equal(archiveOf(t, c), archiveOf(t, c)) {
		t.Error("two archives of the same contents differ")
	}
}

func TestDynamicProgramsAreRefused(t *testing.T) {
	dynamic := filepath.Join(t.TempDir(), "dynamic")
	filetest.Put(t, dynamic, imagestest.ELF(imagestest.Part(elf.PT_INTERP, "/lib64/ld-linux-x86-64.so.2\x00")))
	script := filepath.Join(t.TempDir(), "script")
	filetest.Put(t, script, "#!/bin/sh\n")
	for _, c := range []struct {
		Contents
		want string
	}{
		{Contents{Init: dynamic}, "CGO_ENABLED=0"},
		{Contents{Busybox: dynamic}, "dynamic loader"},
		{Contents{Init: script}, "is not a program"},
		{Contents{Init: "/nonexistent"}, "is not a program"},
		{Contents{Modules: []string{"/nonexistent.ko"}}, "/nonexistent.ko"},
		{Contents{Files: map[string][]byte{"../up": nil}}, "bad file name"},
		{Contents{Files: map[string][]byte{"/": nil}}, "bad file name"},
		{Contents{Files: map[string][]byte{"a\x00b": nil}}, "bad file name"},
	} {
		err := Write(&bytes.Buffer{}, c.Contents)
		if err == nil || !strings.Contains(imagestest.Detail(err), c.want) || blame.Of(err) != blame.Rig {
			t.Errorf("%+v: got %v, want %q", c.Contents, err, c.want)
		}
	}
}

func TestWriteErrorsAreReported(t *testing.T) {
	err := Write(&bounded.Writer{W: &bytes.Buffer{}, Left: 200}, guestContents(t))
	if err == nil {
		t.Error("a full disk is well")
	}
}

func TestFindBusybox(t *testing.T) {
	dir := imagestest.Path(t, nil)
	filetest.Put(t, filepath.Join(dir, "busybox"), imagestest.ELF(imagestest.Part(elf.PT_INTERP, "/lib/ld.so\x00")))
	filetest.Put(t, filepath.Join(dir, "busybox.static"), imagestest.ELF())
	if got := FindBusybox(); got != filepath.Join(dir, "busybox.static") {
		t.Errorf("got %q", got)
	}
}
