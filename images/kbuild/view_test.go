// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

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
		if exists(v.dir, name) {
			t.Errorf("the view has %s", name)
		}
	}
}

func TestViewFollowsTheSource(t *testing.T) {
	v := newView(t, "Makefile", "old")
	filetest.Put(t, filepath.Join(v.source, "new"), "")
	if err := os.Remove(filepath.Join(v.source, "old")); err != nil {
		t.Fatal(err)
	}
	mustReset(t, v)
	if !exists(v.dir, "new") {
		t.Error("a new file is not seen")
	}
	if _, err := os.Lstat(filepath.Join(v.dir, "old")); err == nil {
		t.Error("the link to a file that is gone stays")
	}
}

// klptest can be killed before it has made the build directory, or while it replaces it.
func TestViewWithoutABuildDirectory(t *testing.T) {
	const name = "kernel/state.c"
	v := newView(t, "Makefile", name)
	if err := v.own(name); err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(v.dir, name), "changed")
	if err := os.RemoveAll(v.build()); err != nil {
		t.Fatal(err)
	}
	mustReset(t, v)
	if got := readText(t, filepath.Join(v.dir, name)); got != name || !exists(v.dir, buildDir) {
		t.Errorf("the file is %q", got)
	}
	if info, err := os.Lstat(filepath.Join(v.dir, "kernel")); err != nil || info.IsDir() {
		t.Errorf("no link is made anew: %v", err)
	}
}

func TestOwnedFileIsNotTheSources(t *testing.T) {
	const name = "kernel/livepatch/state.c"
	v := newView(t, "Makefile", name, "kernel/livepatch/core.c", "kernel/fork.c", "mm/slub.c")
	if err := v.own(name); err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(v.dir, name), "changed")
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
	filetest.Put(t, filepath.Join(v.dir, name), "changed")
	filetest.Put(t, filepath.Join(v.dir, "kernel/added.c"), "")
	mustReset(t, v)
	if got := readText(t, filepath.Join(v.dir, name)); got != name {
		t.Errorf("the file is %q", got)
	}
	info, err := os.Stat(filepath.Join(v.dir, name))
	if err != nil || time.Since(info.ModTime()) > time.Minute {
		t.Errorf("make would not build it again: %v, %v", info.ModTime(), err)
	}
	if exists(v.dir, "kernel/added.c") {
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

// In a tree of links, a file is a link.
func TestRemovedLinkIsMadeAnew(t *testing.T) {
	const name = "kernel/a.c"
	other := makeSource(t, "a.c")
	v := newView(t, "Makefile", "kernel/b.c")
	link(t, filepath.Join(other, "a.c"), filepath.Join(v.source, name))
	if err := v.own(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(v.dir, name)); err != nil {
		t.Fatal(err)
	}
	mustReset(t, v)
	if info, err := os.Lstat(filepath.Join(v.dir, name)); err != nil || !info.Mode().IsRegular() {
		t.Errorf("its object may be of another version: %v", err)
	}
}

// Another version of the kernel may have a directory of the name of a file.
func TestViewFollowsAChangeOfKind(t *testing.T) {
	v := newView(t, "Makefile", "kernel/file", "kernel/dir/a.c", "kernel/lost")
	for _, name := range []string{"kernel/file", "kernel/dir/a.c", "kernel/lost"} {
		if err := v.own(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(filepath.Join(v.source, "kernel")); err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(v.source, "kernel/file/b.c"), "b")
	filetest.Put(t, filepath.Join(v.source, "kernel/dir"), "now a file")
	link(t, "nowhere", filepath.Join(v.source, "kernel/lost"))
	for range 2 {
		mustReset(t, v)
	}
	if readText(t, filepath.Join(v.dir, "kernel/file/b.c")) != "b" || readText(t, filepath.Join(v.dir, "kernel/dir")) != "now a file" {
		t.Error("the view has the old kinds")
	}
}

func TestOwnNewAndRemovedFiles(t *testing.T) {
	v := newView(t, "Makefile", "kernel/a.c")
	for _, name := range []string{"kernel/new.c", "new/dir/b.c", "kernel/a.c"} {
		if err := v.own(name); err != nil {
			t.Fatal(err)
		}
		filetest.Put(t, filepath.Join(v.dir, name), "x")
	}
	if err := os.Remove(filepath.Join(v.dir, "kernel/a.c")); err != nil {
		t.Fatal(err)
	}
	if exists(v.source, "new") || !exists(v.source, "kernel/a.c") {
		t.Error("the source has changed")
	}
	mustReset(t, v)
	if exists(v.dir, "new") || exists(v.dir, "kernel/new.c") || !exists(v.dir, "kernel/a.c") {
		t.Error("reset does not undo")
	}
	if info, err := os.Lstat(filepath.Join(v.dir, "kernel/a.c")); err != nil || !info.Mode().IsRegular() {
		t.Errorf("a file that was removed is not made anew: %v", err)
	}
}

func TestOwnRefusesWhatIsOutside(t *testing.T) {
	v := newView(t, "Makefile", "kernel/a.c")
	for _, name := range []string{"../x", "/etc/passwd", "kernel/../../x", ".git/config", "build/x", "", "kernel", ".", "Makefile/x", "Makefile/x/y", strings.Repeat("x", 300), strings.Repeat("x", 300) + "/y"} {
		if err := v.own(name); err == nil || blame.Of(err) != blame.User {
			t.Errorf("%q can be owned, or it is not the user's fault: %v", name, err)
		}
	}
	if exists(v.source, "x") || exists(filepath.Dir(v.dir), "x") {
		t.Error("something was made outside")
	}
	if !exists(v.dir, "Makefile") {
		t.Error("a file was removed for a path below it")
	}
}

// TestOwnBlamesTheHost: a file of the tree that cannot be read is not the user's fault.
func TestOwnBlamesTheHost(t *testing.T) {
	v := newView(t, "Makefile", "kernel/a.c")
	// Nothing is mapped at address 0, so reading gives EIO, even to root.
	if err := os.Symlink("/proc/self/mem", filepath.Join(v.source, "kernel/b.c")); err != nil {
		t.Fatal(err)
	}
	if err := v.own("kernel/b.c"); !errors.Is(err, syscall.EIO) || blame.Of(err) != blame.Rig {
		t.Error(err)
	}
}
