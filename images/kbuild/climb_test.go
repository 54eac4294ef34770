// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/klptest/klptest/internal/filetest"
)

// climbingKernel is a make for a file in kernel/livepatch that includes "../smpboot.h".
const climbingKernel = fakeKernel + `
case $* in *bzImage*)
	cat "$o/../kernel/livepatch/../smpboot.h" >"$o/vmlinux"
	mkdir -p "$o/kernel/livepatch"
	printf 'deps_x := \\\n  ../kernel/livepatch/state.c \\\n  ../kernel/livepatch/../smpboot.h \\\n' >"$o/kernel/livepatch/.state.o.cmd"
esac`

func TestVariantOfAHeaderAboveIsBuilt(t *testing.T) {
	const name = "kernel/smpboot.h"
	source := newSource(t, "6.12")
	filetest.Put(t, filepath.Join(source, name), "the source's")
	w, err := testBuilder(t, source, climbingKernel).Workshop(t.Context(), "series")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Own(name); err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(w.Dir(), name), "a patch's")
	for range 2 {
		if got := readText(t, filepath.Join(mustBuild(t, w), "vmlinux")); got != "a patch's" {
			t.Errorf("built was %q", got)
		}
		filetest.Put(t, filepath.Join(w.view.build(), ".klptest.calls"), "")
	}
	mustBuild(t, w)
	if said := readText(t, filepath.Join(w.view.build(), ".klptest.calls")); said != "" {
		t.Errorf("unchanged, and made again: %s", said)
	}
	if got := readText(t, filepath.Join(w.Dir(), "kernel/livepatch/state.c")); got != "kernel/livepatch/state.c" {
		t.Errorf("the file beside it is %q", got)
	}
}

func TestUpFrom(t *testing.T) {
	v := view{dir: "/cache/view"}
	for path, want := range map[string][]string{
		"../kernel/sched/../smpboot.h":               {"kernel/sched"},
		"../kernel/sched/../../io_uring/io-wq.h":     {"kernel/sched", "kernel"},
		"../a/../b/../c.h":                           {"a", "b"},
		"/cache/view/tools/objtool/../lib/x.h":       {"tools/objtool"},
		"../kernel/sched/core.c":                     nil,
		"../../x/../y.h":                             nil,
		"../build/a/../x.h":                          nil,
		"../.git/../x.h":                             nil,
		"kernel/sched/../x.h":                        nil,
		"/usr/lib/gcc/x86_64-linux-gnu/../include/x": nil,
	} {
		if got := v.upFrom(path); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// The last build may be of another version.
func TestClimbFromWhatIsGone(t *testing.T) {
	v := newView(t, "Makefile", "kernel/sched/core.c", "kernel/file")
	filetest.Put(t, filepath.Join(v.build(), ".a.o.cmd"), "../gone/../x.h ../kernel/gone/../x.h ../kernel/file/../x.h")
	if changed, err := v.climb(); changed || err != nil || exists(v.dir, "gone") {
		t.Errorf("%v, %v", changed, err)
	}
	filetest.Put(t, filepath.Join(v.build(), ".a.o.cmd"), "../kernel/sched/../x.h")
	for _, want := range []bool{true, false} {
		if changed, err := v.climb(); changed != want || err != nil {
			t.Errorf("%v, %v", changed, err)
		}
	}
}
