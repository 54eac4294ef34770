// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/blame"
)

// livepatchFiles are the files whose lines every kernel with gcov counts.
const livepatchFiles = "kernel/livepatch/*.c"

// countedPattern matches one file of a folder, or all of them.
var countedPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_./-]*/(\*|[A-Za-z0-9_-]+)\.c$`)

// counted returns the files whose lines are counted, as patterns, or nil for a
// kernel without gcov.
func counted(want kconfig.Settings, further []string) ([]string, error) {
	switch {
	case !want.Wants("GCOV_KERNEL"):
		return nil, nil
	case want.Wants("CC_IS_CLANG"):
		return nil, blame.AdviseUserf("build it with gcc: leave --llvm out", "a kernel that clang has built counts its lines in another form, which klptest cannot read")
	}
	for _, p := range further {
		if !countedPattern.MatchString(p) {
			return nil, blame.AdviseUserf("name kernel/module/main.c, or kernel/module/*.c for all of a folder", "not files of a kernel's source: %q", p)
		}
	}
	return append([]string{livepatchFiles}, further...), nil
}

// haveFiles refuses patterns that match no file of the source. Whether a file is built is
// known only after the build.
func haveFiles(source string, patterns []string) error {
	for _, p := range patterns {
		found, err := fs.Glob(os.DirFS(source), p)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return blame.AdviseUserf("name kernel/module/main.c, or kernel/module/*.c for all of a folder", "%s has no file %s", source, p)
		}
	}
	return nil
}

// profileArg tells Kbuild which objects count (scripts/Makefile.lib, GCOV_PROFILE).
// Each make that Kbuild starts expands it for each of its objects.
func profileArg(files []string) []string {
	if len(files) == 0 {
		return nil
	}
	var wanted []string // folders, and objects
	for _, p := range files {
		if dir, all := strings.CutSuffix(p, "/*.c"); all {
			wanted = append(wanted, dir)
		} else {
			wanted = append(wanted, strings.TrimSuffix(p, ".c")+".o")
		}
	}
	return []string{"GCOV_PROFILE=$(if $(filter " + strings.Join(wanted, " ") + ",$(obj) $(obj)/$(target-stem).o),y,n)"}
}

// checkCounted refuses a kernel that counts nothing in some of the files.
func checkCounted(build string, files []string) error {
	for _, p := range files {
		found, err := fs.Glob(os.DirFS(build), strings.TrimSuffix(p, ".c")+".gcno")
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return blame.AdviseUserf("name files of which this kernel is built", "the kernel does not count lines of %s", p)
		}
	}
	return nil
}
