// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// fakeTools returns a PATH with the test's own make and the system's tools.
func fakeTools(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	filetest.Put(t, filepath.Join(dir, "make"), "#!/bin/sh\n"+script)
	return dir + ":/usr/bin:/bin"
}

// fakeKernel is a make that records its targets and completes the configuration
// that it is given.
const fakeKernel = `
for arg; do
	case $arg in
	O=*) o=${arg#O=} ;;
	tinyconfig) echo "$arg" >>"$o/.klptest.calls"; echo CONFIG_TINY=y >"$o/.config" ;;
	olddefconfig) echo "$arg" >>"$o/.klptest.calls"; printf 'CONFIG_DYNAMIC_FTRACE_WITH_REGS=y\nCONFIG_HAVE_RELIABLE_STACKTRACE=y\nCONFIG_X86_64=y\n' >>"$o/.config" ;;
	bzImage) echo "$arg" >>"$o/.klptest.calls"; echo "  CC      a.o" ;;
	esac
done
`

func testBuilder(t *testing.T, source, script string) Builder {
	t.Helper()
	return Builder{Cache: cachetest.New(t), Source: source, path: fakeTools(t, script)}
}

// open opens the workshop of the source itself.
func open(t *testing.T, b Builder) *Workshop {
	t.Helper()
	w, err := b.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// A source in the cache, such as the work tree of a series, counts as used by a build.
func TestSourceInTheCacheIsMarkedAsUsed(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel)
	inside := filepath.Join(b.Cache.Root(), "kernel-trees", "x")
	filetest.Put(t, filepath.Join(filepath.Dir(inside), "other"), "")
	if err := os.Rename(b.Source, inside); err != nil {
		t.Fatal(err)
	}
	cachetest.Age(t, inside)
	b.Source = inside
	open(t, b)
	cachetest.WantUsed(t, inside)
}

// calls builds, and returns the targets of make.
func calls(t *testing.T, b Builder) string {
	t.Helper()
	w, err := b.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	os.Remove(filepath.Join(w.view.build(), ".klptest.calls"))
	if _, err := w.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	said, _ := os.ReadFile(filepath.Join(w.view.build(), ".klptest.calls"))
	return strings.Join(strings.Fields(string(said)), " ")
}

func TestBuildMakesOnlyWhatHasChanged(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel)
	if got := calls(t, b); got != "tinyconfig olddefconfig tinyconfig olddefconfig bzImage" {
		t.Errorf("first: %s", got)
	}
	if got := calls(t, b); got != "" {
		t.Errorf("unchanged: %s", got)
	}
	filetest.Put(t, filepath.Join(b.Source, "kernel/livepatch/state.c"), "edited")
	if got := calls(t, b); got != "bzImage" {
		t.Errorf("edited: %s", got)
	}
	filetest.Put(t, filepath.Join(b.Source, "Kconfig"), "edited as well")
	if got := calls(t, b); got != "tinyconfig olddefconfig bzImage" {
		t.Errorf("other options: %s", got)
	}
}

// Kbuild leaves out an option if the compiler that tries it is killed, and make
// succeeds.
func TestDisturbedBuildIsRunAgain(t *testing.T) {
	for name, disturbed := range map[string]string{
		"make":   `case $* in *bzImage*) test -e "$o/.a.o.cmd" && echo gcc -fsound >"$o/.a.o.cmd" || echo gcc >"$o/.a.o.cmd" ;; esac`,
		"config": `case $* in *olddefconfig*) test -e "$o/.klptest.once" && echo CONFIG_CC_HAS_SOUND=y >>"$o/.config"; touch "$o/.klptest.once" ;; esac`,
	} {
		b := testBuilder(t, newSource(t, "6.12"), fakeKernel+disturbed)
		got := calls(t, b)
		dir, err := b.Build(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		cmd, _ := os.ReadFile(filepath.Join(dir, ".a.o.cmd"))
		config, _ := os.ReadFile(filepath.Join(dir, ".config"))
		if !strings.Contains(string(cmd)+string(config), "SOUND") && !strings.Contains(string(cmd), "-fsound") {
			t.Errorf("%s: it stays disturbed after %s", name, got)
		}
	}
}

func TestFragmentsHaveBuildsOfTheirOwn(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel)
	if got := calls(t, b); got == "" {
		t.Error("nothing is built")
	}
	b.Kind.Debug = true
	if got := calls(t, b); got == "" {
		t.Error("the debug kernel is the other one")
	}
}

func TestFailedBuildIsDoneAgain(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel+`case $* in *bzImage*) echo "../a.c:1: error: no"; exit 2; esac`)
	for range 2 {
		_, err := b.Build(t.Context())
		if !errors.Is(err, ErrBroken) || !strings.HasPrefix(err.Error(), "a.c:1: error: no") {
			t.Errorf("error is %v", err)
		}
	}
}

func TestBuildLeavesTheSourceAlone(t *testing.T) {
	source := newSource(t, "6.12")
	before := listing(t, source)
	calls(t, testBuilder(t, source, fakeKernel))
	if after := listing(t, source); after != before {
		t.Errorf("the source was\n%s\nand is\n%s", before, after)
	}
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	s, _, err := view{dir: t.TempDir(), source: dir}.survey()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		s.all += " " + e.Name()
	}
	return s.all
}
