// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/filetest"
)

// timedKernel is a make that goes by times. It fails if there is a file .fail in the view, and is
// killed before it makes anything if there is a file .kill.
const timedKernel = fakeKernel + `
case $* in *bzImage*)
	test -e "$o/../.kill" && kill -KILL $$
	test "$o/vmlinux" -nt "$o/../kernel/livepatch/state.c" || cp "$o/../kernel/livepatch/state.c" "$o/vmlinux"
	test -e "$o/../.fail" && exit 2
esac
exit 0`

// putOld writes a file with an old time, as mv and rsync do.
func putOld(t *testing.T, path, text string) {
	t.Helper()
	filetest.Put(t, path, text)
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, long, long); err != nil {
		t.Fatal(err)
	}
}

// timed is a workshop of timedKernel.
type timed struct {
	*Workshop
	file string // of the source
}

func newTimed(t *testing.T) timed {
	t.Helper()
	b := testBuilder(t, newSource(t, "6.12"), timedKernel)
	w := timed{open(t, b), filepath.Join(b.Source, "kernel/livepatch/state.c")}
	putOld(t, w.file, "first")
	w.wantBuilt(t, "first")
	return w
}

// wantBuilt builds as the next process would, and compares what was built from the file. It
// makes the build a minute old: file systems count time in steps.
func (w timed) wantBuilt(t *testing.T, want string) {
	t.Helper()
	if err := w.Reset(); err != nil {
		t.Fatal(err)
	}
	dir := mustBuild(t, w.Workshop)
	if got := readText(t, filepath.Join(dir, "vmlinux")); got != want {
		t.Errorf("built is %q, want %q", got, want)
	}
	before := time.Now().Add(-time.Minute)
	for _, name := range []string{"vmlinux", sourcesFile} {
		if err := os.Chtimes(filepath.Join(dir, name), before, before); err != nil {
			t.Fatal(err)
		}
	}
}

// during builds while there is a file in the view, and wants an error.
func (w timed) during(t *testing.T, name string, want error) {
	t.Helper()
	path := filepath.Join(w.Dir(), name)
	filetest.Put(t, path, "")
	if _, err := w.Build(t.Context()); !errors.Is(err, want) {
		t.Errorf("error is %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func TestOlderFileIsBuilt(t *testing.T) {
	w := newTimed(t)
	filetest.Put(t, w.file, "edited")
	w.wantBuilt(t, "edited")
	putOld(t, w.file, "first")
	w.wantBuilt(t, "first")
	calls := filepath.Join(w.view.build(), ".klptest.calls")
	filetest.Put(t, calls, "")
	w.wantBuilt(t, "first")
	if said := readText(t, calls); said != "" {
		t.Errorf("unchanged, and made again: %s", said)
	}
	filetest.Put(t, w.file, "edited again")
	w.wantBuilt(t, "edited again")
}

// A build that fails has made a part of it.
func TestOlderFileAfterAFailure(t *testing.T) {
	w := newTimed(t)
	filetest.Put(t, w.file, "edited")
	w.during(t, ".fail", ErrBroken)
	putOld(t, w.file, "first")
	w.wantBuilt(t, "first")
}

func TestOlderFileAfterAKill(t *testing.T) {
	w := newTimed(t)
	filetest.Put(t, w.file, "edited")
	w.during(t, ".kill", errKilled)
	putOld(t, w.file, "another")
	w.wantBuilt(t, "another")
}

// Another version of the kernel, from a tarball, has older files only.
func TestManyOlderFiles(t *testing.T) {
	w := newTimed(t)
	var told []string
	w.tell = func(line string) { told = append(told, line) }
	filetest.Put(t, w.file, "edited")
	w.wantBuilt(t, "edited")
	putOld(t, w.file, "first")
	for n := range maxRenewed {
		putOld(t, fmt.Sprintf("%s/mm/%d.c", w.view.source, n), "")
	}
	w.wantBuilt(t, "first")
	if info, err := os.Lstat(filepath.Join(w.Dir(), "kernel")); err != nil || info.IsDir() {
		t.Errorf("files are copied: %v", err)
	}
	if len(told) != 1 || !strings.Contains(told[0], "1001 files") {
		t.Errorf("told is %q", told)
	}
}

func TestListHasTheTimeOfMakesEnd(t *testing.T) {
	dir := t.TempDir()
	edited := file{path: "a.c", time: time.Now().Add(-time.Minute)} // while make ran
	err := guard(dir, func() error {
		if err := saveSources(dir, nil); err != nil {
			return err
		}
		begun := time.Now().Add(-time.Hour)
		return os.Chtimes(filepath.Join(dir, sourcesFile), begun, begun)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := older(dir, []file{edited}); len(got) != 1 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestOlder(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	at := func(path string, size int64, age time.Duration) file {
		return file{path: path, size: size, time: now.Add(-age)}
	}
	known := []file{at("same", 1, time.Hour), at("mode", 1, time.Hour), at("edited", 1, time.Hour), at("longer", 1, time.Hour), at("older", 1, time.Hour), at("gone", 1, time.Hour)}
	source := []file{at("same", 1, time.Hour), at("mode", 1, time.Hour), at("edited", 1, -time.Hour), at("longer", 2, time.Hour), at("older", 1, 2*time.Hour), at("new", 1, time.Hour), at("dir", 1, time.Hour)}
	source[1].mode = 0o700
	source[6].mode = os.ModeSymlink
	if got, err := older(dir, source); len(got) > 0 || err != nil {
		t.Errorf("without a list: %v, %v", got, err)
	}
	if err := saveSources(dir, known); err != nil {
		t.Fatal(err)
	}
	if err := markSources(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := older(dir, source); !slices.Equal(got, []string{"longer", "older", "new"}) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}
