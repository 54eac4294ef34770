// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// make compares only times: it would link a damaged object, or nothing at all.
func TestDamagedBuildIsMadeAgain(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel+`case $* in *bzImage*) echo whole >"$o/vmlinux" ;; esac`)
	dir, err := b.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := calls(t, b); got != "" {
		t.Fatalf("unchanged: %s", got)
	}
	filetest.Put(t, filepath.Join(dir, "vmlinux"), "whale\n")
	if got := calls(t, b); got != "tinyconfig olddefconfig tinyconfig olddefconfig bzImage" {
		t.Errorf("damaged: %s", got)
	}
	if got := calls(t, b); got != "" {
		t.Errorf("made again: %s", got)
	}
}

// A failed build is sealed as well: the next one continues from it.
func TestDamageAfterAFailedBuild(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel+`case $* in *bzImage*) echo >"$o/a.o"; echo "../b.c:1: error: no"; exit 2; esac`)
	for _, damage := range []bool{false, true} {
		w := open(t, b)
		if damage {
			filetest.Put(t, filepath.Join(w.view.build(), "a.o"), "damaged")
			filetest.Put(t, filepath.Join(w.view.build(), "witness"), "")
		}
		if _, err := w.Build(t.Context()); err == nil {
			t.Fatal("it builds")
		}
		if exists(w.view.build(), "witness") {
			t.Error("a damaged object stays")
		}
		w.Close()
	}
}
