// SPDX-License-Identifier: Apache-2.0

package local

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/filetest"
)

// unpackedHeaders makes the files of Debian's three packages of headers. The
// Makefile includes another one by a relative path.
func unpackedHeaders(t *testing.T, root string) (kdir string) {
	t.Helper()
	kdir = filepath.Join(root, "usr/src/linux-headers-6.1.0-56-amd64")
	filetest.Put(t, filepath.Join(kdir, "Makefile"), "include $(dir $(lastword $(MAKEFILE_LIST)))../linux-headers-6.1.0-56-common/Makefile\n")
	filetest.Put(t, filepath.Join(root, "usr/src/linux-headers-6.1.0-56-common/Makefile"), "")
	filetest.Put(t, filepath.Join(root, "usr/lib/linux-kbuild-6.1/scripts/Makefile.build"), "")
	if err := os.Symlink("../../lib/linux-kbuild-6.1/scripts", filepath.Join(kdir, "scripts")); err != nil {
		t.Fatal(err)
	}
	return kdir
}

func TestBeside(t *testing.T) {
	root := t.TempDir()
	source := filepath.Join(root, "linux")
	filetest.Put(t, filepath.Join(source, "Makefile"), "")
	objects := filepath.Join(root, "build")
	filetest.Put(t, filepath.Join(objects, "Makefile"), "# Automatically generated\ninclude "+source+"/Makefile\n")
	if err := os.Symlink(source, filepath.Join(objects, "source")); err != nil {
		t.Fatal(err)
	}
	below := filepath.Join(root, "other/source/build") // what Kbuild writes for an O= in the source
	filetest.Put(t, filepath.Join(below, "Makefile"), "# Automatically generated\ninclude ../Makefile\n")
	kdir := unpackedHeaders(t, root)
	ubuntu, here := filepath.Join(root, "linux-headers-6.8.0-31-generic"), filepath.Join(root, "here")
	filetest.Put(t, filepath.Join(ubuntu, "scripts/Makefile.build"), "")
	if err := errors.Join(os.Symlink("../linux/Makefile", filepath.Join(ubuntu, "Makefile")), os.Symlink(source, here)); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string][]string{
		here:    nil,
		ubuntu:  {source},
		source:  nil,
		objects: {source},
		below:   {filepath.Dir(below)},
		kdir:    {filepath.Join(root, "usr/src/linux-headers-6.1.0-56-common"), filepath.Join(root, "usr/lib/linux-kbuild-6.1")},
	} {
		if diff := cmp.Diff(want, beside(dir)); diff != "" {
			t.Errorf("%s: %s", dir, diff)
		}
	}
}
