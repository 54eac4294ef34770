// SPDX-License-Identifier: Apache-2.0

package images

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/images/kbuild"
)

var installedInclude = regexp.MustCompile(`(?m)^include /usr/src/([^/\s]+)/Makefile$`)

// relocate makes an unpacked linux-headers directory work where it is: its
// Makefile includes that of linux-headers-…-common by an absolute path. The
// links to linux-kbuild are relative already.
func relocate(kdir string) error {
	path := filepath.Join(kdir, "Makefile")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	moved := relocated(text)
	if moved == nil {
		return fmt.Errorf("%s includes no /usr/src/…/Makefile", path)
	}
	return os.WriteFile(path, moved, 0o600)
}

// relocated names the file relative to the including one, so that the
// directory can be renamed and moved.
func relocated(makefile []byte) []byte {
	if !installedInclude.Match(makefile) {
		return nil
	}
	return installedInclude.ReplaceAll(makefile, []byte(`include $$(dir $$(lastword $$(MAKEFILE_LIST)))../$1/Makefile`))
}

var anyInclude = regexp.MustCompile(`(?m)^include (\$\(dir \$\(lastword \$\(MAKEFILE_LIST\)\)\))?(\S+)/Makefile$`)

// beside names the directories that a module build in kdir reads as well: the
// source of a tree built with O= or by kbuild, linux-headers-…-common and
// linux-kbuild of Debian's headers, what Ubuntu's link to. The Makefile includes
// them and links lead to them.
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
