// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/program"
	"github.com/klptest/klptest/internal/toolchain"
)

// tools are the programs of a build: absolute paths, the compiler's own
// description, and make's arguments for clang.
type tools struct {
	make, cc, version string
	llvm              []string
}

// tools finds the compiler that built the kernel or, failing that, any of its
// kind: modules built by gcc are useless to a kernel built by clang, and vice
// versa, because each compiler has options of its own.
func (b *Builder) tools(ctx context.Context, t Target) (tools, error) {
	if t.Place != nil {
		return tools{version: t.Place.Compiler()}, nil
	}
	if major := clangVersion(t.KDir); major != 0 && b.cc == "" {
		return b.clang(ctx, major)
	}
	want := b.cc
	if want == "" {
		want = kernelCompiler(t.KDir)
	}
	make, err := exec.LookPath(orDefault(b.make, "make"))
	if err != nil {
		return tools{}, missing("make", "make "+packageOf(want), err)
	}
	if t.Toolchain != "" && b.cc == "" {
		want = filepath.Join(toolchain.Bin(t.Toolchain), want)
	}
	cc, err := exec.LookPath(want)
	if err != nil && b.cc == "" && t.Toolchain == "" {
		if cc, err = exec.LookPath("gcc"); err == nil {
			b.notice(fmt.Sprintf("the kernel was built with %s, which is missing here: building modules with %s", want, cc))
		}
	}
	if err != nil {
		return tools{}, missing("C compiler "+want, packageOf(want), err)
	}
	version, err := describe(ctx, cc)
	return tools{make: make, cc: cc, version: version}, err
}

// Compiler returns the self-description of the compiler that builds modules for
// a target.
func (b *Builder) Compiler(ctx context.Context, t Target) (string, error) {
	found, err := b.tools(ctx, t)
	return found.version, err
}

// maxVersion is more bytes than any program prints for its version.
const maxVersion = 64 << 10

// describe returns a compiler's own description.
func describe(ctx context.Context, cc string) (string, error) {
	said, err := program.Command{Name: cc, Args: []string{"--version"}}.Output(ctx, maxVersion)
	if err != nil {
		return "", &blame.Error{Summary: cc + " does not run", Err: err}
	}
	version, _, _ := strings.Cut(string(said), "\n")
	return version, nil
}

// outside returns the first program that is in none of the directories.
func (t tools) outside(dirs []string) string {
	for _, program := range []string{t.make, t.cc} {
		path, err := filepath.EvalSymlinks(program)
		inside := func(dir string) bool { return strings.HasPrefix(path, dir+"/") }
		if err != nil || !slices.ContainsFunc(dirs, inside) {
			return program
		}
	}
	return ""
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func missing(what, packages string, err error) error {
	return &blame.Error{Summary: "no " + what, Advice: depends.Install(packages), Err: err}
}

var compilerPackage = regexp.MustCompile(`(gcc|clang)(-[0-9]+)?$`)

// packageOf names Debian's package of a compiler.
func packageOf(cc string) string { return orDefault(compilerPackage.FindString(cc), "gcc") }

var compilerName = regexp.MustCompile(`^[A-Za-z0-9_.+-]*gcc[A-Za-z0-9_.+-]*$`)

// kernelCompiler returns the compiler that built a kernel, from the first word
// of CONFIG_CC_VERSION_TEXT, or gcc if the kernel does not say.
func kernelCompiler(kdir string) string {
	first, _, _ := strings.Cut(kernelOption(kdir, "CONFIG_CC_VERSION_TEXT"), " ")
	if compilerName.MatchString(first) {
		return first
	}
	return "gcc"
}

// kernelOption returns the value of one of the kernel's options.
func kernelOption(kdir, key string) string {
	for _, name := range []string{"include/config/auto.conf", ".config"} {
		if value := configValue(filepath.Join(kdir, name), key); value != "" {
			return value
		}
	}
	return ""
}

func configValue(path, key string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), key+"="); ok {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}
