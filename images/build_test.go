// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/supervise/supervisetest"
)

// fakeTools puts a make of the test's own, and the shell's tools, on a PATH.
func fakeTools(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "make"), "#!/bin/sh\n"+script)
	if err := os.Chmod(filepath.Join(dir, "make"), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir + ":/usr/bin:/bin"
}

func newSource(t *testing.T, version string) string {
	t.Helper()
	dir := makeSource(t, "Kconfig", "Kbuild", "kernel/livepatch/state.c")
	major, minor, _ := strings.Cut(version, ".")
	put(t, dir+"/Makefile", "# SPDX\nVERSION = "+major+"\nPATCHLEVEL = "+minor+"\n")
	return dir
}

func TestCheckSource(t *testing.T) {
	if err := checkSource(newSource(t, "6.12")); err != nil {
		t.Error(err)
	}
	for name, test := range map[string]struct{ dir, want string }{
		"no kernel":  {makeSource(t, "Makefile"), "not the source of a kernel"},
		"empty":      {t.TempDir(), "not the source of a kernel"},
		"too old":    {newSource(t, "5.4"), "since 5.5"},
		"very old":   {newSource(t, "4.19"), "since 5.5"},
		"configured": {withFile(t, newSource(t, "6.12"), ".config"), "built in place"},
		"built":      {withFile(t, newSource(t, "6.12"), "include/config/auto.conf"), "built in place"},
	} {
		err := checkSource(test.dir)
		if err == nil || !strings.Contains(err.Error(), test.want) || blame.Of(err) != blame.User {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func withFile(t *testing.T, dir, name string) string {
	t.Helper()
	put(t, filepath.Join(dir, name), "")
	return dir
}

func TestMissingToolsAreNamedWithTheirPackages(t *testing.T) {
	find := func(name string) (string, error) {
		if name == "flex" || name == "bison" {
			return "", os.ErrNotExist
		}
		return "/usr/bin/" + name, nil
	}
	missing := missingTools(find, func(path string) bool { return path != "/usr/include/gelf.h" })
	err := refuseWithoutTools(missing)
	var e *blame.Error
	if !errors.As(err, &e) || e.Error() != "no kernel can be built here: missing flex, bison, /usr/include/gelf.h" ||
		e.Advice != "apt-get install flex bison libelf-dev" {
		t.Errorf("error is %#v", err)
	}
	if err := refuseWithoutTools(nil); err != nil {
		t.Error(err)
	}
}

// fakeKernel is a make that writes down what it was called for, and makes a
// configuration of what it is given.
const fakeKernel = `
for arg; do
	case $arg in
	O=*) o=${arg#O=} ;;
	tinyconfig) echo "$arg" >>"$o/calls"; echo CONFIG_TINY=y >"$o/.config" ;;
	olddefconfig) echo "$arg" >>"$o/calls"; printf 'CONFIG_DYNAMIC_FTRACE_WITH_REGS=y\nCONFIG_HAVE_RELIABLE_STACKTRACE=y\nCONFIG_X86_64=y\n' >>"$o/.config" ;;
	bzImage) echo "$arg" >>"$o/calls"; echo "  CC      a.o" ;;
	esac
done
`

func testBuilder(t *testing.T, source, script string) Builder {
	t.Helper()
	return Builder{Cache: newCache(t), Source: source, path: fakeTools(t, script)}
}

// calls builds, and returns what make was called for. The fake makes no
// kernel, which is what the error says in the end.
func calls(t *testing.T, b Builder) string {
	t.Helper()
	w, err := b.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	os.Remove(filepath.Join(w.view.build(), "calls"))
	if _, err := w.Build(t.Context()); err == nil || !strings.Contains(err.Error(), "is not built") {
		t.Fatalf("error is %v", err)
	}
	said, _ := os.ReadFile(filepath.Join(w.view.build(), "calls"))
	return strings.Join(strings.Fields(string(said)), " ")
}

func TestBuildMakesOnlyWhatHasChanged(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel)
	if got := calls(t, b); got != "tinyconfig olddefconfig bzImage" {
		t.Errorf("first: %s", got)
	}
	if got := calls(t, b); got != "" {
		t.Errorf("unchanged: %s", got)
	}
	put(t, filepath.Join(b.Source, "kernel/livepatch/state.c"), "edited")
	if got := calls(t, b); got != "bzImage" {
		t.Errorf("edited: %s", got)
	}
	put(t, filepath.Join(b.Source, "Kconfig"), "edited as well")
	if got := calls(t, b); got != "tinyconfig olddefconfig bzImage" {
		t.Errorf("other options: %s", got)
	}
}

func TestFragmentsHaveBuildsOfTheirOwn(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel)
	if got := calls(t, b); got == "" {
		t.Error("nothing is built")
	}
	b.Debug = true
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

func TestFullDiskIsNotTheSourcesFault(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel+`case $* in *bzImage*) echo "fatal error: error writing to /tmp/x.s: No space left on device"; exit 2; esac`)
	_, err := b.Build(t.Context())
	if errors.Is(err, ErrBroken) || blame.Of(err) != blame.Rig || !strings.Contains(err.Error(), "no room") {
		t.Errorf("error is %v", err)
	}
}

// full is a file on a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestLogThatCannotBeWrittenEndsNothing(t *testing.T) {
	log := &tolerant{w: full{}}
	for range 2 {
		if n, err := log.Write([]byte("abc")); n != 3 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	if !errors.Is(log.err, syscall.ENOSPC) {
		t.Errorf("error is %v", log.err)
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
	s, err := view{dir: t.TempDir(), source: dir}.state()
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

// endlessMake takes for ever to build, and tells its ids.
const endlessMake = `
case $* in *bzImage*)
	for arg; do case $arg in O=*) o=${arg#O=};; esac; done
	trap "$ON_TERM" TERM
	sleep 1000 & echo $! $$ >"$o/pids.new"; mv "$o/pids.new" "$o/pids"
	wait; wait
esac
` + fakeKernel

// interrupt begins a build and cancels it.
func interrupt(t *testing.T, w *Workshop) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		_, err := w.Build(ctx)
		done <- err
	}()
	pids := supervisetest.WaitFor(t, filepath.Join(w.view.build(), "pids"))
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v", err)
	}
	supervisetest.WantGone(t, pids, 0)
}

func open(t *testing.T, b Builder) *Workshop {
	t.Helper()
	w, err := b.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func TestInterruptedMakeTidiesUp(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), `ON_TERM='echo tidy >"$o/tidy"; exit 1'`+endlessMake)
	w := open(t, b)
	interrupt(t, w)
	if !there(w.view.build(), "tidy") {
		t.Error("make had no time to tidy up")
	}
	if there(w.view.build(), unfinished) {
		t.Error("an orderly end leaves the mark of a killed one")
	}
}

func TestMakeThatHadToBeKilledLeavesItsMark(t *testing.T) {
	w := open(t, testBuilder(t, newSource(t, "6.12"), "ON_TERM=''"+endlessMake))
	w.make.grace = 50 * time.Millisecond
	interrupt(t, w)
	if !there(w.view.build(), unfinished) {
		t.Error("what is half written will be taken for whole")
	}
}

// Only what make itself finds wrong is the source's fault.
func TestStoppedMakeIsNotTheSourcesFault(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		limit  time.Duration
		want   string
	}{
		"killed": {`case $* in *bzImage*) kill -KILL $$; esac`, time.Minute, "make was killed"},
		"slow":   {"ON_TERM='exit 1'" + endlessMake, 500 * time.Millisecond, "make takes more than"},
	} {
		w := open(t, testBuilder(t, newSource(t, "6.12"), fakeKernel+test.script))
		w.make.limit = test.limit
		_, err := w.Build(t.Context())
		if err == nil || errors.Is(err, ErrBroken) || blame.Of(err) != blame.Rig || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestRecipe(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), fakeKernel)
	w, err := b.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r, made := recipeOf(w.view.build())
	if !made || r.Source != w.view.source || viewID(r.Source, r.Fragments) != filepath.Base(w.view.dir) {
		t.Errorf("recipe is %v, %v", r, made)
	}
	if _, made := recipeOf(w.view.source); made {
		t.Error("a source has a recipe")
	}
}
