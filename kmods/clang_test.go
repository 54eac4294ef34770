// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/apt"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

// clangHost sets up an LLVM with that suffix, whose clang reports that version.
func clangHost(t *testing.T, suffix, version string) {
	t.Helper()
	var programs []string
	for _, name := range []string{"ld.lld", "llvm-ar", "llvm-nm", "llvm-objcopy"} {
		programs = append(programs, name+suffix)
	}
	dir := emptyPath(t, append(programs, "make")...)
	filetest.Put(t, filepath.Join(dir, "gcc"), "#!/bin/sh\necho gcc\n")
	filetest.Put(t, filepath.Join(dir, "clang"+suffix), "#!/bin/sh\necho 'Debian clang version "+version+" (3+b1)'\n")
	t.Setenv("PATH", dir)
}

// A kernel built by clang gets modules built by clang.
func TestClangBuildsForItsOwnKernels(t *testing.T) {
	for name, test := range map[string]struct {
		config, suffix, version string
		want, notice            string
	}{
		"gcc's kernel": {"CONFIG_CLANG_VERSION=0", "-19", "19.1.7", "gcc", "was built with x-gcc"},
		"numbered":     {"CONFIG_CLANG_VERSION=190107", "-19", "19.1.7", "clang-19 LLVM=-19 LLVM_IAS=1", ""},
		"plain":        {"CONFIG_CLANG_VERSION=190107", "", "19.1.7", "clang LLVM=1 LLVM_IAS=1", ""},
		"another":      {"CONFIG_CLANG_VERSION=180108", "-19", "19.1.7", "clang-19 LLVM=-19 LLVM_IAS=1", "built with clang 18, which is missing here"},
	} {
		clangHost(t, test.suffix, test.version)
		k := newKernel(t, "6.12.1")
		write(t, filepath.Join(k.KDir, ".config"), "CONFIG_CC_VERSION_TEXT=\"x-gcc 12\"\n"+test.config+"\n")
		var notices strings.Builder
		b := Builder{Notice: func(line string) { notices.WriteString(line) }}
		tools, err := b.tools(t.Context(), k)
		got := strings.Join(append([]string{filepath.Base(tools.cc)}, tools.llvm...), " ")
		if err != nil || got != test.want || !strings.Contains(notices.String(), test.notice) || (notices.Len() == 0) != (test.notice == "") {
			t.Errorf("%s: %s, %q, %v", name, got, notices.String(), err)
		}
		if args := strings.Join(makeArgs(k, tools, "/d", 1), " "); !strings.HasSuffix(args, strings.Join(tools.llvm, " ")) {
			t.Errorf("%s: make gets %s", name, args)
		}
	}
}

func TestNoClangNamesItsPackages(t *testing.T) {
	t.Setenv("PATH", emptyPath(t, "make", "gcc"))
	k := newKernel(t, "6.12.1")
	write(t, filepath.Join(k.KDir, ".config"), "CONFIG_CLANG_VERSION=190107\n")
	_, err := (&Builder{}).tools(t.Context(), k)
	e, ok := errors.AsType[*blame.Error](err)
	if !ok || e.Party != blame.Rig || !strings.Contains(e.Error(), "clang 19") || e.Advice != apt.Get("install", "clang-19", "lld-19", "llvm-19") {
		t.Errorf("error is %v", err)
	}
}
