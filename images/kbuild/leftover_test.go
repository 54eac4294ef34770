// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/filetest"
)

func TestWorkshopTidies(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), wholeKernel)
	for range 2 {
		w, err := b.Workshop(t.Context(), "series")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{copyDir, trashDir} {
			if exists(w.Dir(), name) {
				t.Errorf("%s is left over", name)
			}
			filetest.Put(t, filepath.Join(w.Dir(), name, "vmlinux"), "half")
		}
		w.Close()
	}
}

func TestDiscard(t *testing.T) {
	v := newView(t, "Makefile")
	filetest.Put(t, filepath.Join(v.dir, trashDir, "x.o"), "")
	for range 2 { // the second time there is nothing to remove
		filetest.Put(t, filepath.Join(v.dir, trashDir, "x.o"), "")
		if err := discard(v.build()); err != nil {
			t.Fatal(err)
		}
		if exists(v.dir, buildDir) || exists(v.dir, trashDir) {
			t.Error("something is left")
		}
	}
}

// A removal that is cut short, here by a directory that cannot be emptied, leaves nothing
// that could be taken for a build.
func TestRemovalCutShort(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root can remove everything")
	}
	v := newView(t, "Makefile")
	filetest.Put(t, filepath.Join(v.build(), "sub/x.o"), "")
	if err := cache.Seal(v.build()); err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(v.build(), "sub/x.o"), "damaged")
	locked := filepath.Join(v.build(), "sub")
	if err := os.Chmod(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(v.dir, trashDir, "sub"), 0o700) })
	if err := clearDamaged(v.build(), func(string) {}); err == nil {
		t.Error("all is removed")
	}
	if exists(v.dir, buildDir) {
		t.Error("half a build directory is left")
	}
}
