// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/blame"
)

// headerDirs match the directories with the headers of one kernel:
// linux-headers-RELEASE, kernels/RELEASE, linux-VERSION-obj/ARCH/FLAVOUR.
var headerDirs = []string{"usr/src/*", "usr/src/*/*", "usr/src/*/*/*"}

// releaseFile is in each of them: the kernel's Makefile writes it.
const releaseFile = "include/config/kernel.release"

// kdir finds the headers of a release.
func (t *tree) kdir(release string) (string, error) {
	var others []string
	for _, pattern := range headerDirs {
		names, err := fs.Glob(t.files, path.Join(pattern, releaseFile))
		if err != nil {
			return "", err
		}
		for _, name := range names {
			text, err := fs.ReadFile(t.files, name)
			if err == nil && strings.TrimSpace(string(text)) == release {
				return strings.TrimSuffix(name, "/"+releaseFile), nil
			}
			others = append(others, strings.TrimSpace(string(text)))
		}
	}
	advice := "add the packages with the headers: " + t.format().headers
	if len(others) > 0 {
		return "", blame.AdviseUserf(advice, "the packages in %s have headers of %q, but the kernel is %s", t.dir, others[0], release)
	}
	return "", blame.AdviseUserf(advice, "the packages in %s have no headers of %s", t.dir, release)
}

// relocate makes a header directory work where it is: paths in its Makefile become
// relative to it.
func (t *tree) relocate(kdir string) error {
	name := path.Join(kdir, "Makefile")
	text, err := fs.ReadFile(t.files, name)
	if err != nil {
		return nil // complete reports it
	}
	if moved := packaged.Relocated(string(text), kdir); moved != string(text) {
		return t.root.WriteFile(name, []byte(moved), 0o600)
	}
	return nil
}

var included = regexp.MustCompile(`(?m)^include (?:\$\(dir \$\(lastword \$\(MAKEFILE_LIST\)\)\))?(\S+)$`)

// complete refuses headers that lead to a file that no package has.
func (t *tree) complete(kdir string) error {
	needs := []string{"Makefile", "Module.symvers", "scripts"}
	if text, err := fs.ReadFile(t.files, path.Join(kdir, "Makefile")); err == nil {
		if m := included.FindSubmatch(text); m != nil && !path.IsAbs(string(m[1])) && !strings.Contains(string(m[1]), "$") {
			needs = append(needs, string(m[1]))
		}
	}
	for _, name := range needs {
		name = path.Join(kdir, name)
		_, err := fs.Stat(t.files, name)
		if !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if target, err := t.root.Readlink(name); err == nil {
			name = path.Join(path.Dir(name), target)
		}
		return blame.AdviseUserf("add the package that has it: "+t.format().headers, "the headers in %s are not complete: there is no /%s", t.dir, name)
	}
	return nil
}

// beside lists the other directories that a module build reads.
func (t *tree) beside(kdir string) (dirs []string) {
	for _, top := range []string{"usr/src", "usr/lib"} {
		entries, _ := fs.ReadDir(t.files, top) // only Debian has usr/lib
		for _, e := range entries {
			dir := path.Join(top, e.Name())
			if e.IsDir() && dir != kdir && !strings.HasPrefix(kdir, dir+"/") {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}
