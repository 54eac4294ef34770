// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

// newTree makes a kernel's build tree.
func newTree(t *testing.T) Target {
	t.Helper()
	k := newKernel(t, "6.12.1")
	k.Live, k.Key = true, ""
	for name, text := range map[string]string{
		".config":                           "CONFIG_LIVEPATCH=y\n",
		"Module.symvers":                    "klp_enable_patch\n",
		"include/linux/livepatch.h":         "struct klp_patch;\n",
		"include/generated/utsversion.h":    "#1\n",
		"scripts/Makefile.build":            "all:\n",
		"scripts/mod/modpost.o":             "object\n",
		"arch/x86/Makefile":                 "x86\n",
		"arch/x86/include/asm/livepatch.h":  "x86\n",
		"arch/x86/include/generated/asm/.h": "x86\n",
		"arch/arm64/include/asm/module.h":   "arm64\n",
		"tools/objtool/objtool":             "program\n",
		"kernel/livepatch/core.c":           "int klp;\n",
	} {
		write(t, filepath.Join(k.KDir, name), text)
	}
	return k
}

// shippedOnce returns what a new run builds or finds.
func shippedOnce(t *testing.T, b *Builder, k Target) map[string]Module {
	t.Helper()
	b.trees = nil
	all, err := b.Shipped(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTreeIsBuiltAgainWhenAnInputChanges(t *testing.T) {
	b, k := newBuilder(t, "good"), newTree(t)
	first := shippedOnce(t, b, k)
	if again := shippedOnce(t, b, k); !cmp.Equal(first, again) || runs(t, k) != 1 {
		t.Errorf("make ran %d times for an unchanged tree", runs(t, k))
	}
	for name, wants := range map[string]bool{
		".config":                          true,
		"Makefile":                         true,
		"Module.symvers":                   true,
		"include/linux/livepatch.h":        true,
		"include/linux/new.h":              true,
		"scripts/Makefile.build":           true,
		"arch/x86/Makefile":                true,
		"arch/x86/include/asm/livepatch.h": true,
		"tools/objtool/objtool":            true,
		"include/generated/utsversion.h":   false,
		"scripts/mod/modpost.o":            false,
		"arch/arm64/include/asm/module.h":  false,
		"kernel/livepatch/core.c":          false,
		"vmlinux":                          false,
	} {
		before := runs(t, k)
		filetest.Put(t, filepath.Join(k.KDir, name), "changed\n")
		if shippedOnce(t, b, k); (runs(t, k) != before) != wants {
			t.Errorf("%s changed: make ran %v, want %v", name, !wants, wants)
		}
	}
}

// A rewritten file is read again, but only its contents count. An equal tree
// elsewhere needs no build.
func TestEqualTreesShareModules(t *testing.T) {
	b, k, other := newBuilder(t, "good"), newTree(t), newTree(t)
	first := shippedOnce(t, b, k)
	header := filepath.Join(k.KDir, "include/linux/livepatch.h")
	if err := os.Rename(header, header+"~"); err != nil {
		t.Fatal(err)
	}
	write(t, header, "struct klp_patch;\n")
	if err := os.Remove(header + "~"); err != nil {
		t.Fatal(err)
	}
	if again := shippedOnce(t, b, k); !cmp.Equal(first, again) {
		t.Error("the header holds what it held, and other modules are taken")
	}
	if there := shippedOnce(t, b, other); !cmp.Equal(first, there) || runs(t, other) != 0 {
		t.Errorf("make ran %d times for an equal tree", runs(t, other))
	}
}

// A header that is open in an editor is the same input.
func TestEditorsFilesAreNoInputs(t *testing.T) {
	b, k := newBuilder(t, "good"), newTree(t)
	first := shippedOnce(t, b, k)
	headers := filepath.Join(k.KDir, "include/linux")
	for _, name := range []string{".livepatch.h.swp", ".livepatch.h.kate-swp", "livepatch.h~", "#livepatch.h#", "../../arch/x86/Makefile~"} {
		write(t, filepath.Join(headers, name), "edited\n")
	}
	for _, link := range []string{".#livepatch.h", "nowhere.h", "../../arch/x86/Makefile.gone"} {
		if err := os.Symlink("me@host.1:2", filepath.Join(headers, link)); err != nil {
			t.Fatal(err)
		}
	}
	if again := shippedOnce(t, b, k); !cmp.Equal(first, again) || runs(t, k) != 1 {
		t.Errorf("make ran %d times", runs(t, k))
	}
}

// A file may be removed after it was listed.
func TestInputThatIsGone(t *testing.T) {
	k := newTree(t)
	in, err := inputsOf(k)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(k.KDir, "include/linux/livepatch.h")); err != nil {
		t.Fatal(err)
	}
	if _, err := in.contents(); !errors.Is(err, errChanged) {
		t.Errorf("%v", err)
	}
}

// Modules of a tree that is half old and half new are not used.
func TestTreeThatChangesMeanwhile(t *testing.T) {
	b, k := newBuilder(t, "beside"), newTree(t)
	_, err := b.Shipped(t.Context(), k)
	if err == nil || blame.Of(err) != blame.User || !strings.Contains(err.Error(), "changed while") || runs(t, k) != liveTries {
		t.Errorf("%v, %d runs", err, runs(t, k))
	}
	b.make = newFakeMake(t, "good")
	if _, err := b.Shipped(t.Context(), k); err != nil {
		t.Error(err)
	}
}

func TestTreeThatIsLinkedMeanwhile(t *testing.T) {
	b, k := newBuilder(t, "linked"), newTree(t)
	first := shippedOnce(t, b, k)
	if again := shippedOnce(t, b, k); !cmp.Equal(first, again) || runs(t, k) != 1 {
		t.Errorf("%d runs", runs(t, k))
	}
}

// A stranger's C may include a file that is not an input, such as a C file of the
// kernel.
func TestModulesThatReadMoreAreBuiltEachTime(t *testing.T) {
	b, k := newBuilder(t, "reaches"), newTree(t)
	for n := 1; n <= 2; n++ {
		got, err := b.Foreign(t.Context(), k, own)
		if err != nil || len(got) != 2 || runs(t, k) != 2*n { // the second run confirms the first
			t.Errorf("%v, %v, %d runs", got, err, runs(t, k))
		}
	}
}

// With Linux 7.3, make works in the modules' directory and names files from there.
func TestModulesThatReadTheirOwnHeader(t *testing.T) {
	b, k := newBuilder(t, "newer"), newTree(t)
	for range 2 {
		if _, err := b.Foreign(t.Context(), k, own); err != nil || runs(t, k) != 2 {
			t.Errorf("%v, %d runs", err, runs(t, k))
		}
	}
}

// What a stranger's build leaves is only read.
func TestSavedCommandThatIsNoFile(t *testing.T) {
	k, dir := newTree(t), t.TempDir()
	if err := unix.Mkfifo(filepath.Join(dir, ".own.o.cmd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (inputs{}).foreignTo(k, dir); err == nil {
		t.Error("taken")
	}
}

func TestDependencies(t *testing.T) {
	const command = "savedcmd_own.o := gcc -c own.c\n\nsource_own.o := own.c\n\ndeps_own.o := \\\n  ../include/linux/a.h \\\n    $(wildcard include/config/X) \\\n  b.h \\\n\nown.o: $(deps_own.o)\n"
	if got := dependencies(command); !slices.Equal(got, []string{"../include/linux/a.h", "b.h"}) {
		t.Error(got)
	}
	for _, none := range []string{"", "savedcmd_x := ld\n", "\ndeps_x := \\\n"} {
		if got := dependencies(none); got != nil {
			t.Errorf("%q: %v", none, got)
		}
	}
}

// The directory that a build names may be a link, and .. is then the parent of its
// target.
func TestResolver(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "source/include/a.h"), "")
	write(t, filepath.Join(dir, "source/build/x"), "")
	if err := os.Symlink("source/build", filepath.Join(dir, "kdir")); err != nil {
		t.Fatal(err)
	}
	if got := (resolver{}).path(filepath.Join(dir, "kdir"), "../include/a.h"); got != filepath.Join(dir, "source/include/a.h") {
		t.Error(got)
	}
}
