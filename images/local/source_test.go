// SPDX-License-Identifier: Apache-2.0

package local

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/imagestest"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

const stateFile = "kernel/livepatch/state.c"

// newSource makes a kernel's source.
func newSource(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"Kconfig": "", "Kbuild": "", stateFile: "original", "Makefile": "VERSION = 6\nPATCHLEVEL = 12\n"} {
		filetest.Put(t, filepath.Join(dir, name), text)
	}
	return dir
}

// fakeMake puts a make on the PATH that leaves the files of a kernel's build,
// and a copy of state.c.
func fakeMake(t *testing.T) {
	t.Helper()
	if len(kbuild.MissingTools(nil)) > 0 {
		t.Skip("no kernel can be built here")
	}
	finished, bin := imagestest.BuildTree(t), t.TempDir()
	for _, name := range []string{"Kconfig", "Makefile"} {
		if err := os.Remove(filepath.Join(finished, name)); err != nil {
			t.Fatal(err)
		}
	}
	filetest.Put(t, filepath.Join(bin, "make"), `#!/bin/sh
for arg; do
	case $arg in
	O=*) o=${arg#O=} ;;
	tinyconfig) : >"$o/.config" ;;
	olddefconfig) printf 'CONFIG_DYNAMIC_FTRACE_WITH_REGS=y\nCONFIG_HAVE_RELIABLE_STACKTRACE=y\n' >>"$o/.config" ;;
	bzImage)
		cp -r `+finished+`/[!.]* "$o/"; mkdir -p "$o/tools"
		cat `+finished+`/.config >>"$o/.config"
		cp "$o/../`+stateFile+`" "$o/tried" ;;
	esac
done
`)
	t.Setenv("PATH", bin+":/usr/bin:/bin")
}

// resolved resolves a kernel and returns the state.c that it was built from.
func resolved(t *testing.T, c *cache.Cache, spec string) (*images.Kernel, string) {
	t.Helper()
	k, err := provided.Resolve(t.Context(), c, spec, images.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tried, err := os.ReadFile(filepath.Join(k.KDir, "tried"))
	if err != nil {
		t.Fatal(err)
	}
	return k, string(tried)
}

func TestResolveBuildsASource(t *testing.T) {
	fakeMake(t)
	source, c := newSource(t), cachetest.New(t)
	k, tried := resolved(t, c, source)
	if !k.Live() || k.Spec != source || k.Release != imagestest.Release || tried != "original" || !slices.Contains(k.Headers, source) {
		t.Fatalf("%+v of %q", k, tried)
	}
	for _, spec := range []string{source, k.KDir} { // the latter is the source's, too
		want := "edited, then " + spec
		filetest.Put(t, filepath.Join(source, stateFile), want)
		if _, got := resolved(t, c, spec); got != want {
			t.Errorf("%s gives the kernel of %q", spec, got)
		}
	}
	filetest.Put(t, filepath.Join(source, stateFile), "not built yet")
	if taken, err := Tree(k.KDir); err != nil || taken.Release != imagestest.Release {
		t.Errorf("as it is: %+v, %v", taken, err)
	}
}

// A source built for a disk image is another kernel.
// A build in another cache is used as it is: building it in this one would take minutes,
// and would not be the kernel that the user names.
func TestResolveTakesABuildOfAnotherCache(t *testing.T) {
	fakeMake(t)
	source, c := newSource(t), cachetest.New(t)
	built, _ := resolved(t, cachetest.New(t), source)
	filetest.Put(t, filepath.Join(source, stateFile), "edited")
	k, tried := resolved(t, c, built.KDir)
	if k.KDir != built.KDir || tried != "original" {
		t.Errorf("%s gives %s, the kernel of %q", built.KDir, k.KDir, tried)
	}
}

func TestResolveBuildsASourceForAnImage(t *testing.T) {
	fakeMake(t)
	source, c := newSource(t), cachetest.New(t)
	plain, err1 := provided.Resolve(t.Context(), c, source, images.Options{})
	k, err2 := provided.Resolve(t.Context(), c, source, images.Options{ForImage: true})
	if err := errors.Join(err1, err2); err != nil || k.KDir == plain.KDir {
		t.Errorf("%+v, %v", k, err)
	}
}

// A variant is taken as it is, because its sources are not known. Its modules
// need the source as well.
func TestResolveLeavesVariantsAlone(t *testing.T) {
	fakeMake(t)
	source, c := newSource(t), cachetest.New(t)
	w, err := kbuild.Builder{Cache: c, Source: source}.Workshop(t.Context(), "mutants")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	dir, err := w.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	filetest.Put(t, filepath.Join(source, stateFile), "edited")
	k, tried := resolved(t, c, dir)
	if tried != "original" {
		t.Error("the variant was built anew")
	}
	if !slices.Contains(k.Headers, source) {
		t.Errorf("headers are %v", k.Headers)
	}
}

func TestBuildAside(t *testing.T) {
	var said []string
	tell := aside(func(line string) { said = append(said, line) })
	tell(kbuild.Progress{Begins: "building linux"})
	for seconds := range 100 {
		tell(kbuild.Progress{Step: seconds, Elapsed: time.Duration(seconds) * time.Second})
	}
	if len(said) != 4 || said[0] != "building linux" {
		t.Errorf("said %q", said)
	}
}

// A build that was not asked for says at once that it begins, and why.
func TestResolveTellsOfABuild(t *testing.T) {
	fakeMake(t)
	source, c := newSource(t), cachetest.New(t)
	for _, want := range []string{source + ": the cache has no build", "", source + ": it has changed"} {
		var said []string
		if _, err := provided.Resolve(t.Context(), c, source, images.Options{Notice: func(line string) { said = append(said, line) }}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(said, "\n"); !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("said %q, want %q", got, want)
		}
		if want == "" {
			filetest.Put(t, filepath.Join(source, stateFile), "edited")
		}
	}
}
