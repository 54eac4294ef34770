// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"fmt"
	"path/filepath"
	"regexp"

	"github.com/klptest/klptest/internal/blame"
)

// Target is a kernel to build modules against.
type Target struct {
	KDir    string   // the directory for `make -C`: headers or a build tree
	Release string   // uname -r of the kernel
	Headers []string // further directories that a module build reads
	Live    bool     // a build tree that may change: always run make
	Key     string   // identifies a packaged kernel; not used when Live
}

// makePath is what make takes for one file name, unquoted, on any of its ways
// through a command line, a variable and a rule.
var makePath = regexp.MustCompile(`^[A-Za-z0-9_./+@,=~-]+$`)

// checkPath refuses directories that Kbuild cannot build in or from.
func checkPath(what, dir string) error {
	if !filepath.IsAbs(dir) || !makePath.MatchString(dir) {
		return &blame.Error{
			Party:   blame.User,
			Summary: fmt.Sprintf("make cannot use the %s %q", what, dir),
			Advice:  "use a path with none of the characters that make or a shell takes apart, such as a space or a colon",
		}
	}
	return nil
}

// readable lists the directories of the kernel that a module build reads. The
// scripts of a header package, and the sources of a tree with an output
// directory, are links to elsewhere.
func (t Target) readable() []string {
	dirs := append([]string{t.KDir}, t.Headers...)
	for _, dir := range append([]string{t.KDir}, t.Headers...) {
		for _, link := range []string{"scripts", "tools", "source"} {
			if to, err := filepath.EvalSymlinks(filepath.Join(dir, link)); err == nil {
				dirs = append(dirs, to)
			}
		}
	}
	return dirs
}
