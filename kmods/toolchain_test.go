// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/apt"
	"github.com/klptest/klptest/internal/blame"
)

func TestKernelCompiler(t *testing.T) {
	for text, want := range map[string]string{
		`CONFIG_CC_VERSION_TEXT="x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0"`: "x86_64-linux-gnu-gcc-12",
		`CONFIG_CC_VERSION_TEXT="gcc (GCC) 14.2.1"`:                                          "gcc",
		`CONFIG_CC_VERSION_TEXT="/tmp/evil gcc"`:                                             "gcc",
		`# nothing`:                                                                          "gcc",
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, ".config"), "CONFIG_A=y\n"+text+"\n")
		if got := kernelCompiler(dir); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestPackageOf(t *testing.T) {
	for cc, want := range map[string]string{"x86_64-linux-gnu-gcc-12": "gcc-12", "gcc": "gcc", "clang-19": "clang-19", "cc": "gcc"} {
		if got := packageOf(cc); got != want {
			t.Errorf("%s: %s, want %s", cc, got, want)
		}
	}
}

func TestMissingTools(t *testing.T) {
	kernel := func(cc string) Target {
		k := newKernel(t, "6.12.1")
		write(t, filepath.Join(k.KDir, ".config"), `CONFIG_CC_VERSION_TEXT="`+cc+` 12"`+"\n")
		return k
	}
	for _, tt := range []struct {
		name            string
		b               *Builder
		summary, advice string
	}{
		{"make", &Builder{make: "no-such-make"}, "no make", apt.Get("install", "make gcc-99")},
		{"compiler", &Builder{make: "sh"}, "no C compiler x-gcc-99", apt.Get("install", "gcc-99")},
		{"chosen compiler", &Builder{make: "sh", cc: "gcc-98"}, "no C compiler gcc-98", apt.Get("install", "gcc-98")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("PATH", emptyPath(t, "sh"))
			_, err := tt.b.tools(t.Context(), kernel("x-gcc-99"))
			e, ok := errors.AsType[*blame.Error](err)
			if !ok {
				t.Fatalf("%v", err)
			}
			if diff := cmp.Diff([]string{tt.summary, tt.advice}, []string{e.Summary, e.Advice}); diff != "" || e.Party != blame.Rig {
				t.Errorf("%s, %v", diff, e.Party)
			}
		})
	}
}

// emptyPath returns a directory with only links to some programs.
func emptyPath(t *testing.T, programs ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range programs {
		if err := os.Symlink("/bin/sh", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOtherCompilerIsNoticed(t *testing.T) {
	dir := emptyPath(t)
	if err := os.Symlink("/bin/true", filepath.Join(dir, "gcc")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	k := newKernel(t, "6.12.1")
	write(t, filepath.Join(k.KDir, ".config"), `CONFIG_CC_VERSION_TEXT="gcc-99 99"`+"\n")
	var lines []string
	b := Builder{make: "/bin/true", Notice: func(line string) { lines = append(lines, line) }}
	got, err := b.tools(t.Context(), k)
	if err != nil || got.cc != filepath.Join(dir, "gcc") {
		t.Fatalf("%+v, %v", got, err)
	}
	if len(lines) != 1 || !strings.Contains(lines[0], "built with gcc-99") {
		t.Errorf("%q", lines)
	}
}

func TestMakeArgs(t *testing.T) {
	args := strings.Join(makeArgs(Target{KDir: "/k"}, tools{make: "/bin/make", cc: "/bin/gcc"}, "/d", 3), " ")
	for _, want := range []string{"/bin/make -C /k ", " M=/d ", " CC=/bin/gcc ", " KCFLAGS=-g0 ", " CONFIG_DEBUG_INFO_BTF_MODULES= "} {
		if !strings.Contains(args, want) {
			t.Errorf("%q is not in %q", want, args)
		}
	}
}

func TestKbuildFile(t *testing.T) {
	want := "# SPDX-License-Identifier: GPL-2.0\nobj-m += a.o\nobj-m += b.o\n"
	if diff := cmp.Diff(want, string(kbuildFile([]string{"a", "b"}))); diff != "" {
		t.Error(diff)
	}
}
