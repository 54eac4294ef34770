// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/filetest"
)

func TestStateTellsChanges(t *testing.T) {
	v := newView(t, "Makefile", "kernel/a.c", "kernel/Kconfig", "Documentation/x.rst", ".git/index")
	before := mustState(t, v)
	if again := mustState(t, v); again != before {
		t.Fatal("the state of an unchanged tree changes")
	}
	filetest.Put(t, filepath.Join(v.source, "Documentation/x.rst"), "longer than before")
	filetest.Put(t, filepath.Join(v.source, ".git/index"), "longer than before")
	filetest.Put(t, filepath.Join(v.build(), "a.o"), "")
	if again := mustState(t, v); again != before {
		t.Error("what is not built counts")
	}
	filetest.Put(t, filepath.Join(v.source, "kernel/a.c"), "longer than before")
	after := mustState(t, v)
	if after.all == before.all || after.options != before.options {
		t.Errorf("a changed C file: %v, was %v", after, before)
	}
	filetest.Put(t, filepath.Join(v.source, "kernel/Kconfig"), "longer than before")
	if again := mustState(t, v); again.all == after.all || again.options == after.options {
		t.Errorf("a changed Kconfig file: %v, was %v", again, after)
	}
	before = mustState(t, v)
	if err := v.own("kernel/a.c"); err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(v.dir, "kernel/a.c"), "another")
	if again := mustState(t, v); again.all == before.all {
		t.Error("a replaced file does not count")
	}
}

func mustState(t *testing.T, v view) state {
	t.Helper()
	s, _, err := v.survey()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestClearUnfinishedRemovesWhatIsNewer(t *testing.T) {
	dir := t.TempDir()
	long := time.Now().Add(-time.Hour)
	filetest.Put(t, filepath.Join(dir, "whole.o"), "")
	if err := os.Chtimes(filepath.Join(dir, "whole.o"), long, long); err != nil {
		t.Fatal(err)
	}
	err := guard(dir, func() error {
		filetest.Put(t, filepath.Join(dir, "sub/half.o"), "")
		return errKilled
	})
	if err == nil || !exists(dir, unfinished) {
		t.Fatalf("a killed make leaves no mark: %v", err)
	}
	if err := clearUnfinished(dir); err != nil {
		t.Fatal(err)
	}
	if !exists(dir, "whole.o") || exists(dir, "sub/half.o") || exists(dir, unfinished) {
		t.Error("what was whole must stay, what was half must go")
	}
}

// After a kill, the .config is gone if make had written it again.
func TestBuildIsConfiguredAgainAfterAKill(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel+`
case $* in *bzImage*)
	test -e "$o/.config" || { echo '*** Configuration file ".config" not found!'; exit 2; }
	test -e "$o/../.kill" && { rm "$o/../.kill"; echo >>"$o/.config"; kill -KILL $$; }
esac
exit 0`)
	w := open(t, b)
	mustBuild(t, w)
	filetest.Put(t, filepath.Join(w.Dir(), ".kill"), "")
	filetest.Put(t, filepath.Join(b.Source, "kernel/livepatch/state.c"), "edited")
	if _, err := w.Build(t.Context()); !errors.Is(err, errKilled) {
		t.Fatalf("error is %v", err)
	}
	for range 2 {
		mustBuild(t, w)
	}
}

func TestClearUnfinishedRemovesTheStamps(t *testing.T) {
	dir := t.TempDir()
	long := time.Now().Add(-time.Hour)
	for _, name := range []string{configured, built} {
		filetest.Put(t, filepath.Join(dir, name), "")
		if err := os.Chtimes(filepath.Join(dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	filetest.Put(t, filepath.Join(dir, ".config"), "")
	filetest.Put(t, filepath.Join(dir, unfinished), "")
	if err := clearUnfinished(dir); err != nil {
		t.Fatal(err)
	}
	if exists(dir, configured) || exists(dir, built) {
		t.Error("what was removed is taken for built")
	}
}

func TestStampsWithoutAConfig(t *testing.T) {
	dir := t.TempDir()
	for _, config := range []bool{true, false} {
		filetest.Put(t, filepath.Join(dir, configured), "")
		if config {
			filetest.Put(t, filepath.Join(dir, ".config"), "")
		} else if err := os.Remove(filepath.Join(dir, ".config")); err != nil {
			t.Fatal(err)
		}
		if err := checkStamps(dir); err != nil {
			t.Fatal(err)
		}
		if exists(dir, configured) != config {
			t.Errorf("with a .config: %v; configured: %v", config, !config)
		}
	}
}

func TestGuardUnmarksAnOrderlyEnd(t *testing.T) {
	dir := t.TempDir()
	if err := guard(dir, func() error { return ErrBroken }); err == nil || exists(dir, unfinished) {
		t.Errorf("mark is left: %v", err)
	}
}
