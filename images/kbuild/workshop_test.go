// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// wholeKernel is a make that leaves the files of a finished build, and a copy
// of state.c.
const wholeKernel = fakeKernel + `
case $* in *bzImage*)
	cp "$o/../kernel/livepatch/state.c" "$o/vmlinux"
	mkdir -p "$o/tools"; echo "cmd := -I$PWD" >"$o/tools/.x.cmd"
esac`

func mustBuild(t *testing.T, b interface {
	Build(context.Context) (string, error)
}) string {
	t.Helper()
	dir, err := b.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestBuildReturnsItsDirectory(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), wholeKernel)
	dir := mustBuild(t, b)
	if !exists(dir, "vmlinux") {
		t.Errorf("%s has no vmlinux", dir)
	}
	if again := mustBuild(t, b); again != dir {
		t.Errorf("built in %s, then in %s", dir, again)
	}
}

func TestWorkshopStartsFromTheSourcesBuild(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), wholeKernel)
	w, err := b.Workshop(t.Context(), "mutants")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, name := range []string{"vmlinux", "tools/.x.cmd", ".config"} {
		if !exists(w.view.build(), name) {
			t.Errorf("%s was not copied", name)
		}
	}
	original := mustBuild(t, b) // the source's own build is not locked
	if original == w.view.build() {
		t.Error("variants are built where the source is")
	}
}

func TestWorkshopBuildsVariants(t *testing.T) {
	const name = "kernel/livepatch/state.c"
	source := newSource(t, "6.12")
	w, err := testBuilder(t, source, wholeKernel).Workshop(t.Context(), "mutants")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, text := range []string{"first variant", "another one"} {
		if err := w.Own(name); err != nil {
			t.Fatal(err)
		}
		filetest.Put(t, filepath.Join(w.Dir(), name), text)
		if got := readText(t, filepath.Join(mustBuild(t, w), "vmlinux")); got != text {
			t.Errorf("built was %q, want %q", got, text)
		}
		if err := w.Reset(); err != nil {
			t.Fatal(err)
		}
	}
	if got := readText(t, filepath.Join(mustBuild(t, w), "vmlinux")); got != name || readText(t, filepath.Join(source, name)) != name {
		t.Errorf("after a reset %q was built", got)
	}
}

func TestWorkshopOutlivesItsProcess(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), wholeKernel)
	for n := range 3 {
		w, err := b.Workshop(t.Context(), "series")
		if err != nil {
			t.Fatal(err)
		}
		calls := filepath.Join(w.view.build(), ".klptest.calls")
		filetest.Put(t, calls, "")
		mustBuild(t, w)
		if said := readText(t, calls); n > 0 && said != "" {
			t.Errorf("unchanged, and made again: %s", said)
		}
		w.Close()
	}
}

func TestWorkshopOfABrokenSource(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel+`case $* in *bzImage*) echo "x.c:1: error: no"; exit 2; esac`)
	if _, err := b.Workshop(t.Context(), "series"); err == nil || !strings.Contains(err.Error(), "x.c:1: error: no") {
		t.Fatalf("error is %v", err)
	}
	if _, err := b.Workshop(t.Context(), "series"); err == nil {
		t.Error("what failed is taken for built")
	}
}
