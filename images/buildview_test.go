// SPDX-License-Identifier: Apache-2.0

package images

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// makeSource makes a tree with files that hold their own names.
func makeSource(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		put(t, filepath.Join(dir, name), name)
	}
	return dir
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func newView(t *testing.T, names ...string) view {
	t.Helper()
	v := view{dir: filepath.Join(t.TempDir(), "view"), source: makeSource(t, names...)}
	mustReset(t, v)
	return v
}

func mustReset(t *testing.T, v view) {
	t.Helper()
	if err := v.reset(); err != nil {
		t.Fatal(err)
	}
}

func TestViewShowsTheSource(t *testing.T) {
	v := newView(t, "Makefile", "kernel/livepatch/state.c", ".config", ".git/HEAD", "build/old")
	if got := readText(t, filepath.Join(v.dir, "kernel/livepatch/state.c")); got != "kernel/livepatch/state.c" {
		t.Errorf("state.c is %q", got)
	}
	for _, name := range []string{".config", ".git", "build/old"} {
		if there(v.dir, name) {
			t.Errorf("the view has %s", name)
		}
	}
}

func TestViewFollowsTheSource(t *testing.T) {
	v := newView(t, "Makefile", "old")
	put(t, filepath.Join(v.source, "new"), "")
	if err := os.Remove(filepath.Join(v.source, "old")); err != nil {
		t.Fatal(err)
	}
	mustReset(t, v)
	if !there(v.dir, "new") {
		t.Error("a new file is not seen")
	}
	if _, err := os.Lstat(filepath.Join(v.dir, "old")); err == nil {
		t.Error("the link to a file that is gone stays")
	}
}

func TestOwnedFileIsNotTheSources(t *testing.T) {
	const name = "kernel/livepatch/state.c"
	v := newView(t, "Makefile", name, "kernel/livepatch/core.c", "kernel/fork.c", "mm/slub.c")
	if err := v.own(name); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(v.dir, name), "changed")
	if got := readText(t, filepath.Join(v.source, name)); got != name {
		t.Fatalf("the source has %q", got)
	}
	for _, other := range []string{"kernel/livepatch/core.c", "kernel/fork.c", "mm/slub.c"} {
		if got := readText(t, filepath.Join(v.dir, other)); got != other {
			t.Errorf("%s is %q", other, got)
		}
	}
}

func TestResetUndoesWithANewTime(t *testing.T) {
	const name = "kernel/state.c"
	v := newView(t, "Makefile", name)
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(v.source, name), long, long); err != nil {
		t.Fatal(err)
	}
	if err := v.own(name); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(v.dir, name), "changed")
	put(t, filepath.Join(v.dir, "kernel/added.c"), "")
	mustReset(t, v)
	if got := readText(t, filepath.Join(v.dir, name)); got != name {
		t.Errorf("the file is %q", got)
	}
	info, err := os.Stat(filepath.Join(v.dir, name))
	if err != nil || time.Since(info.ModTime()) > time.Minute {
		t.Errorf("make would not build it again: %v, %v", info.ModTime(), err)
	}
	if there(v.dir, "kernel/added.c") {
		t.Error("an added file stays")
	}
}

func TestResetLeavesTimesOfWhatIsUnchanged(t *testing.T) {
	const name = "kernel/state.c"
	v := newView(t, "Makefile", name)
	if err := v.own(name); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	if err := os.Chtimes(filepath.Join(v.dir, name), long, long); err != nil {
		t.Fatal(err)
	}
	mustReset(t, v)
	if info, err := os.Stat(filepath.Join(v.dir, name)); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("time is %v, want %v", info.ModTime(), long)
	}
}

func TestOwnNewAndRemovedFiles(t *testing.T) {
	v := newView(t, "Makefile", "kernel/a.c")
	for _, name := range []string{"kernel/new.c", "new/dir/b.c", "kernel/a.c"} {
		if err := v.own(name); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(v.dir, name), "x")
	}
	if err := os.Remove(filepath.Join(v.dir, "kernel/a.c")); err != nil {
		t.Fatal(err)
	}
	if there(v.source, "new") || !there(v.source, "kernel/a.c") {
		t.Error("the source has changed")
	}
	mustReset(t, v)
	if there(v.dir, "new") || there(v.dir, "kernel/new.c") || !there(v.dir, "kernel/a.c") {
		t.Error("reset does not undo")
	}
	if info, err := os.Lstat(filepath.Join(v.dir, "kernel/a.c")); err != nil || !info.Mode().IsRegular() {
		t.Errorf("a file that was removed is not made anew: %v", err)
	}
}

func TestOwnRefusesWhatIsOutside(t *testing.T) {
	v := newView(t, "Makefile", "kernel/a.c")
	for _, name := range []string{"../x", "/etc/passwd", "kernel/../../x", ".git/config", "build/x", "", "kernel", "."} {
		if err := v.own(name); err == nil {
			t.Errorf("%q can be owned", name)
		}
	}
	if there(v.source, "x") || there(filepath.Dir(v.dir), "x") {
		t.Error("something was made outside")
	}
}

func TestStateTellsChanges(t *testing.T) {
	v := newView(t, "Makefile", "kernel/a.c", "kernel/Kconfig", "Documentation/x.rst", ".git/index")
	before := mustState(t, v)
	if again := mustState(t, v); again != before {
		t.Fatal("the state of an unchanged tree changes")
	}
	put(t, filepath.Join(v.source, "Documentation/x.rst"), "longer than before")
	put(t, filepath.Join(v.source, ".git/index"), "longer than before")
	put(t, filepath.Join(v.build(), "a.o"), "")
	if again := mustState(t, v); again != before {
		t.Error("what is not built counts")
	}
	put(t, filepath.Join(v.source, "kernel/a.c"), "longer than before")
	after := mustState(t, v)
	if after.all == before.all || after.options != before.options {
		t.Errorf("a changed C file: %v, was %v", after, before)
	}
	put(t, filepath.Join(v.source, "kernel/Kconfig"), "longer than before")
	if again := mustState(t, v); again.all == after.all || again.options == after.options {
		t.Errorf("a changed Kconfig file: %v, was %v", again, after)
	}
	before = mustState(t, v)
	if err := v.own("kernel/a.c"); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(v.dir, "kernel/a.c"), "another")
	if again := mustState(t, v); again.all == before.all {
		t.Error("a replaced file does not count")
	}
}

func mustState(t *testing.T, v view) state {
	t.Helper()
	s, err := v.state()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCopyBuildKeepsTimesAndRenames(t *testing.T) {
	from := newView(t, "Makefile")
	to := newView(t, "Makefile")
	long := time.Now().Add(-time.Hour).Truncate(time.Second)
	cmd := filepath.Join(from.build(), "tools/objtool/.check.o.cmd")
	put(t, cmd, "cmd := gcc -I"+from.dir+"/tools")
	if err := os.Chtimes(cmd, long, long); err != nil {
		t.Fatal(err)
	}
	if err := copyBuild(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(to.build(), "tools/objtool/.check.o.cmd")
	if got := readText(t, copied); !strings.Contains(got, to.dir) || strings.Contains(got, from.dir) {
		t.Errorf("the copy says %q", got)
	}
	if info, err := os.Stat(copied); err != nil || !info.ModTime().Equal(long) {
		t.Errorf("time is %v", info.ModTime())
	}
}

func TestClearUnfinishedRemovesWhatIsNewer(t *testing.T) {
	dir := t.TempDir()
	long := time.Now().Add(-time.Hour)
	put(t, filepath.Join(dir, "whole.o"), "")
	if err := os.Chtimes(filepath.Join(dir, "whole.o"), long, long); err != nil {
		t.Fatal(err)
	}
	err := guard(dir, func() error {
		put(t, filepath.Join(dir, "sub/half.o"), "")
		return errKilled
	})
	if err == nil || !there(dir, unfinished) {
		t.Fatalf("a killed make leaves no mark: %v", err)
	}
	if err := clearUnfinished(dir); err != nil {
		t.Fatal(err)
	}
	if !there(dir, "whole.o") || there(dir, "sub/half.o") || there(dir, unfinished) {
		t.Error("what was whole must stay, what was half must go")
	}
}

func TestGuardUnmarksAnOrderlyEnd(t *testing.T) {
	dir := t.TempDir()
	if err := guard(dir, func() error { return ErrBroken }); err == nil || there(dir, unfinished) {
		t.Errorf("mark is left: %v", err)
	}
}
