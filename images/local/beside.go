// SPDX-License-Identifier: Apache-2.0

package local

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/images/kbuild"
)

var anyInclude = regexp.MustCompile(`(?m)^include (\$\(dir \$\(lastword \$\(MAKEFILE_LIST\)\)\))?(\S+)/Makefile$`)

// beside names the other directories that a module build in kdir reads: the
// source of a tree built with O= or by kbuild, linux-headers-…-common and
// linux-kbuild of Debian's headers, the directory that Ubuntu's headers link
// to. The Makefile includes them, or links lead to them.
func beside(kdir string) []string {
	if real, err := filepath.EvalSymlinks(kdir); err == nil {
		kdir = real
	}
	var found []string
	add := func(path string) {
		path, err := filepath.EvalSymlinks(path)
		if err == nil && path != kdir && !strings.HasPrefix(path, kdir+"/") && !slices.Contains(found, path) {
			found = append(found, path)
		}
	}
	if text, err := os.ReadFile(filepath.Join(kdir, "Makefile")); err == nil {
		if m := anyInclude.FindSubmatch(text); m != nil && filepath.IsAbs(string(m[2])) && len(m[1]) == 0 {
			add(string(m[2]))
		} else if m != nil {
			add(filepath.Join(kdir, string(m[2])))
		}
	}
	add(filepath.Join(kdir, "source"))
	if source, ok := kbuild.SourceOf(kdir); ok {
		add(source)
	}
	for _, link := range []string{"scripts", "tools", "Makefile"} {
		if path, err := filepath.EvalSymlinks(filepath.Join(kdir, link)); err == nil {
			add(filepath.Dir(path))
		}
	}
	return found
}
