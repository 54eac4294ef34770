// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/toolchain"
)

// Target is a kernel against which modules are built.
type Target struct {
	KDir    string   // the directory for `make -C`: headers or a build tree
	Release string   // uname -r of the kernel
	Headers []string // further directories that a module build reads
	Live    bool     // a build tree that may change: always run make
	Key     string   // identifies a packaged kernel; not used when Live

	Toolchain string // the directory of a toolchain (package internal/toolchain); "": the host's

	Place Place // where make runs; nil: on this host

	Mend func(context.Context) error // makes sure that the headers or tree are not damaged; may be nil
}

// makePath matches a path that make, unquoted, takes for one file name wherever
// it passes: on a command line, in a variable, in a rule, and after the
// compiler's "-Wp,", where a comma ends an argument (scripts/Makefile.lib).
var makePath = regexp.MustCompile(`^[A-Za-z0-9_./+@=~-]+$`)

// CheckPath refuses directories in or from which Kbuild cannot build; the error
// calls the directory what.
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

// The parts of a kernel that a module build reads, both in a build tree and in
// packaged headers. It does not need the signing key (certs/), .git or the rest
// of a tree.
var (
	kernelDirs  = []string{"arch", "include", "scripts", "tools"}
	kernelFiles = []string{".config", ".kernelvariables", "Makefile", "Module.symvers"}
)

// roots returns the directories that hold them.
func (t Target) roots() []string { return append([]string{t.KDir}, t.Headers...) }

// toolDirs returns the directories of a build's programs and their libraries.
func (t Target) toolDirs() []string {
	if t.Toolchain == "" {
		return hostToolDirs
	}
	return append(hostToolDirs[:len(hostToolDirs):len(hostToolDirs)], t.Toolchain)
}

// path returns the PATH of a build: the host's, preceded by the target's
// toolchain if it has one.
func (t Target) path(host string) string {
	if t.Toolchain == "" {
		return host
	}
	return toolchain.Bin(t.Toolchain) + ":" + host
}

// within returns the path of each name in each of the target's roots.
func (t Target) within(names []string) []string {
	var paths []string
	for _, root := range t.roots() {
		for _, name := range names {
			paths = append(paths, filepath.Join(root, name))
		}
	}
	return paths
}
