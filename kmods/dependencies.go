// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// foreignTo returns a file that the build in dir has read and that is neither an input,
// nor in dir, nor the compiler's own; "" if there is none. Kbuild has recorded what each
// compiler read (scripts/basic/fixdep.c).
func (in inputs) foreignTo(t Target, dir string) (string, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	saved, err := filepath.Glob(filepath.Join(dir, ".*.o.cmd"))
	if err != nil {
		return "", err
	}
	r := reader{in, []string{t.KDir, dir}, append(slices.Clip(t.toolDirs()), dir), resolver{}}
	for _, file := range saved {
		text, err := regular(file)
		if err != nil {
			return "", err
		}
		for _, name := range dependencies(string(text)) {
			if !r.knows(name) {
				return name, nil
			}
		}
	}
	return "", nil
}

// reader decides which of the files that a build has read are foreign.
type reader struct {
	in    inputs
	bases []string // for relative names: make works in the kernel's directory (seen with Linux 6.12) or in the modules' (7.3)
	own   []string // directories of files that are not foreign
	real  resolver
}

// knows reports whether all files that a name may stand for are inputs or its own.
func (r reader) knows(name string) (found bool) {
	for _, base := range r.bases {
		path := r.real.path(base, name)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		inside := func(dir string) bool { return strings.HasPrefix(path, dir+"/") }
		if found = r.in.paths[path] || slices.ContainsFunc(r.own, inside); !found {
			return false
		}
	}
	return found
}

// dependencies returns the files that a saved command has read: the lines after "deps_",
// without those that stand for options.
func dependencies(command string) (list []string) {
	_, after, _ := strings.Cut(command, "\ndeps_")
	_, after, _ = strings.Cut(after, ":= \\\n")
	for line := range strings.Lines(after) {
		name, more := strings.CutSuffix(strings.TrimSpace(line), "\\")
		if name = strings.TrimSpace(name); name != "" && !strings.HasPrefix(name, "$(wildcard ") {
			list = append(list, name)
		}
		if !more {
			break
		}
	}
	return list
}

// resolver caches directories without their symbolic links: a build names the same few
// directories hundreds of times.
type resolver map[string]string

// path returns the name of a file, relative to base, without symbolic links.
func (r resolver) path(base, name string) string {
	if !filepath.IsAbs(name) {
		name = base + "/" + name // uncleaned: .. is that of the link's target
	}
	dir, file := filepath.Split(name)
	if r[dir] == "" {
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return name
		}
		r[dir] = real
	}
	return filepath.Join(r[dir], file)
}
