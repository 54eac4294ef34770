// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
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

	Mend func(context.Context) error // makes sure that what is built against is not damaged; may be nil
}

// makePath is what make takes for one file name, unquoted, on any of its ways
// through a command line, a variable and a rule, and the compiler behind
// "-Wp,", where a comma ends an argument (scripts/Makefile.lib).
var makePath = regexp.MustCompile(`^[A-Za-z0-9_./+@=~-]+$`)

// CheckPath refuses directories that Kbuild cannot build in or from; what is
// the directory's name in the error.
func CheckPath(what, dir string) error {
	if !filepath.IsAbs(dir) || !makePath.MatchString(dir) {
		return &blame.Error{
			Party:   blame.User,
			Summary: fmt.Sprintf("make cannot use the %s %q", what, dir),
			Advice:  "use a path of only letters, digits and _ . / + @ = ~ -; for the cache, set XDG_CACHE_HOME",
		}
	}
	return nil
}

// What a module build reads of a kernel, in its build tree as in packaged
// headers. The signing key (certs/), .git and the rest of a tree it does not
// need.
var (
	kernelDirs  = []string{"arch", "include", "scripts", "tools"}
	kernelFiles = []string{".config", ".kernelvariables", "Makefile", "Module.symvers"}
)

// roots are the directories that hold them.
func (t Target) roots() []string { return append([]string{t.KDir}, t.Headers...) }

// within names each of the names in each of the target's roots.
func (t Target) within(names []string) []string {
	var paths []string
	for _, root := range t.roots() {
		for _, name := range names {
			paths = append(paths, filepath.Join(root, name))
		}
	}
	return paths
}
