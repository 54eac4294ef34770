// SPDX-License-Identifier: Apache-2.0

package llvm

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// Toolchain is the major version of an LLVM whose programs have it as a suffix,
// as in Debian (clang-19), or 0 for programs without a suffix (clang).
type Toolchain int

// needed lists the programs that building a kernel needs.
var needed = []string{"clang", "ld.lld", "llvm-ar", "llvm-nm", "llvm-objcopy"}

// Program returns the name of one of the toolchain's programs.
func (t Toolchain) Program(name string) string {
	if t == 0 {
		return name
	}
	return name + "-" + strconv.Itoa(int(t))
}

// MakeArgs returns the arguments that make the kernel's Makefile use the
// toolchain. Before Linux 5.15 the assembler must be requested as well.
func (t Toolchain) MakeArgs() []string {
	if t == 0 {
		return []string{"LLVM=1", "LLVM_IAS=1"}
	}
	return []string{"LLVM=-" + strconv.Itoa(int(t)), "LLVM_IAS=1"} // since Linux 5.18
}

// Complete tells whether all needed programs are there.
func (t Toolchain) Complete() bool {
	return !slices.ContainsFunc(needed, func(name string) bool {
		_, err := exec.LookPath(t.Program(name))
		return err != nil
	})
}

// Find returns the complete toolchain of that version, or else the newest one,
// which may have another version. ok tells whether there is one.
func Find(major int) (t Toolchain, ok bool) {
	if t = Toolchain(major); t.Complete() {
		return t, true
	}
	return Newest()
}

var numbered = regexp.MustCompile(`^clang-([1-9][0-9]{0,3})$`)

// Newest returns the newest complete toolchain on the PATH whose names have a
// version, or else the one without a version. ok tells whether there is one.
func Newest() (t Toolchain, ok bool) {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		found, _ := filepath.Glob(filepath.Join(dir, "clang-*"))
		for _, file := range found {
			m := numbered.FindStringSubmatch(filepath.Base(file))
			if m == nil {
				continue
			}
			n, _ := strconv.Atoi(m[1])
			if n > int(t) && Toolchain(n).Complete() {
				t = Toolchain(n)
			}
		}
	}
	return t, t != 0 || t.Complete()
}
