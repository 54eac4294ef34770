// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// unpackedHeaders makes the files of the three packages. The Makefile of
// linux-headers-…-common prints where it is.
func unpackedHeaders(t *testing.T, root string) (kdir string) {
	t.Helper()
	kdir = filepath.Join(root, "usr/src/linux-headers-6.1.0-56-amd64")
	filetest.Put(t, filepath.Join(kdir, "Makefile"), "KBUILD_OUTPUT=/usr/src/linux-headers-6.1.0-56-amd64\ninclude /usr/src/linux-headers-6.1.0-56-common/Makefile\n")
	filetest.Put(t, filepath.Join(root, "usr/src/linux-headers-6.1.0-56-common/Makefile"), "all:\n\t@echo $(realpath $(dir $(lastword $(MAKEFILE_LIST)))) $(KBUILD_OUTPUT)\n")
	filetest.Put(t, filepath.Join(root, "usr/lib/linux-kbuild-6.1/scripts/Makefile.build"), "")
	if err := os.Symlink("../../lib/linux-kbuild-6.1/scripts", filepath.Join(kdir, "scripts")); err != nil {
		t.Fatal(err)
	}
	return kdir
}

func TestRelocatedHeadersWorkAfterARename(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("no make")
	}
	root := filepath.Join(t.TempDir(), "tmp")
	kdir, err := filepath.Rel(root, unpackedHeaders(t, root))
	if err != nil {
		t.Fatal(err)
	}
	if err := relocate(root, kdir); err != nil {
		t.Fatal(err)
	}
	final := root + "-final"
	if err := os.Rename(root, final); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "make", "-s", "-C", filepath.Join(final, kdir)).CombinedOutput()
	src := filepath.Join(final, "usr/src")
	want := src + "/linux-headers-6.1.0-56-common " + src + "/linux-headers-6.1.0-56-amd64\n"
	if string(out) != want || err != nil {
		t.Errorf("make says %q, %v, want %q", out, err, want)
	}
}

func TestRelocateOfAnotherMakefile(t *testing.T) {
	dir := t.TempDir()
	if relocate(dir, "") == nil {
		t.Error("no Makefile is well")
	}
	filetest.Put(t, filepath.Join(dir, "Makefile"), "VERSION = 6\n")
	if relocate(dir, "") == nil {
		t.Error("a Makefile without the include is well")
	}
}
