// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/cache"
)

// wholeKernel is a make that builds what a kernel's build leaves, and counts
// its builds. The kernel says what state.c was.
func wholeKernel(t *testing.T) string {
	finished := buildTree(t)
	for _, name := range []string{"Kconfig", "Makefile", ".config"} {
		if err := os.Remove(filepath.Join(finished, name)); err != nil {
			t.Fatal(err)
		}
	}
	return fakeKernel + `
case $* in *bzImage*)
	cp -r ` + finished + `/. "$o/"
	cp "$o/../kernel/livepatch/state.c" "$o/tried"
	printf 'CONFIG_LIVEPATCH=y\nCONFIG_VIRTIO_NET=m\nCONFIG_VIRTIO_PCI=y\n' >>"$o/.config"
	mkdir -p "$o/tools"; echo "cmd := -I$PWD" >"$o/tools/.x.cmd"
esac`
}

func mustBuild(t *testing.T, b interface {
	Build(context.Context) (*Kernel, error)
}) *Kernel {
	t.Helper()
	k, err := b.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestBuildReturnsTheKernel(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), wholeKernel(t))
	k := mustBuild(t, b)
	if !k.Live || k.Release != testRelease || filepath.Base(k.KDir) != buildDir || !slices.Contains(k.Headers, b.Source) {
		t.Errorf("kernel %+v", k)
	}
	if again := mustBuild(t, b); again.KDir != k.KDir {
		t.Errorf("built in %s, then in %s", k.KDir, again.KDir)
	}
}

func TestWorkshopStartsFromTheSourcesBuild(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), wholeKernel(t))
	w, err := b.Workshop(t.Context(), "mutants")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, name := range []string{"vmlinux", "arch/x86/boot/bzImage", ".config"} {
		if !there(w.view.build(), name) {
			t.Errorf("%s was not copied", name)
		}
	}
	original := mustBuild(t, b) // the source's own build is not locked
	if original.KDir == w.view.build() {
		t.Error("variants are built where the source is")
	}
}

func TestWorkshopBuildsVariants(t *testing.T) {
	const name = "kernel/livepatch/state.c"
	source := newSource(t, "6.12")
	w, err := testBuilder(t, source, wholeKernel(t)).Workshop(t.Context(), "mutants")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, text := range []string{"first variant", "another one"} {
		if err := w.Own(name); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(w.Dir(), name), text)
		k := mustBuild(t, w)
		if got := readText(t, filepath.Join(k.KDir, "tried")); got != text {
			t.Errorf("built was %q, want %q", got, text)
		}
		if err := w.Reset(); err != nil {
			t.Fatal(err)
		}
	}
	k := mustBuild(t, w)
	if got := readText(t, filepath.Join(k.KDir, "tried")); got != name || readText(t, filepath.Join(source, name)) != name {
		t.Errorf("after a reset %q was built", got)
	}
}

func TestWorkshopOutlivesItsProcess(t *testing.T) {
	b := testBuilder(t, newSource(t, "6.12"), wholeKernel(t))
	for n := range 3 {
		w, err := b.Workshop(t.Context(), "series")
		if err != nil {
			t.Fatal(err)
		}
		calls := filepath.Join(w.view.build(), "calls")
		put(t, calls, "")
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

// onPath makes Resolve, which builds by itself, find the test's make.
func onPath(t *testing.T, script string) {
	t.Helper()
	if len(MissingTools()) > 0 {
		t.Skip("no kernel can be built here")
	}
	t.Setenv("PATH", fakeTools(t, script))
}

func TestResolveBuildsASource(t *testing.T) {
	onPath(t, wholeKernel(t))
	source, c := newSource(t, "6.12"), newCache(t)
	k, err := Resolve(t.Context(), c, source, Options{})
	if err != nil || k.Spec != source || k.Release != testRelease {
		t.Fatalf("%+v, %v", k, err)
	}
	put(t, filepath.Join(source, "kernel/livepatch/state.c"), "edited")
	for _, spec := range []string{source, k.KDir} {
		if got := resolved(t, c, spec); got != "edited" {
			t.Errorf("%s gives the kernel of %q", spec, got)
		}
		put(t, filepath.Join(source, "kernel/livepatch/state.c"), "edited")
	}
	put(t, filepath.Join(source, "kernel/livepatch/state.c"), "edited again")
	if got := resolved(t, c, k.KDir); got != "edited again" {
		t.Errorf("the build directory gives the kernel of %q", got)
	}
}

func resolved(t *testing.T, c *cache.Cache, spec string) string {
	t.Helper()
	k, err := Resolve(t.Context(), c, spec, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return readText(t, filepath.Join(k.KDir, "tried"))
}

// A variant's directory is taken as it is: what it is made of is not known.
func TestResolveLeavesVariantsAlone(t *testing.T) {
	script := wholeKernel(t)
	b := testBuilder(t, newSource(t, "6.12"), script)
	w, err := b.Workshop(t.Context(), "mutants")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	put(t, filepath.Join(b.Source, "kernel/livepatch/state.c"), "edited")
	if got := resolved(t, b.Cache, w.view.build()); got == "edited" {
		t.Error("the variant was built anew")
	}
}

func TestEverySoOften(t *testing.T) {
	var said []string
	tell := everySoOften(func(line string) { said = append(said, line) })
	for seconds := range 100 {
		tell(Progress{Step: seconds, Elapsed: time.Duration(seconds) * time.Second})
	}
	if len(said) != 3 {
		t.Errorf("said %q", said)
	}
}
