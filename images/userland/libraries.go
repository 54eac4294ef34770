// SPDX-License-Identifier: Apache-2.0

package userland

import (
	"debug/elf"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/blame"
)

// libraries are the libraries of programs. A guest has them in one directory, that
// of the C library, which the loader searches by default.
type libraries struct {
	host   host
	dirs   []string          // that the loader searches for every program
	loader map[string]string // the loaders' paths in the guest, and their files
	found  map[string]string // by name: the file
	libc   string            // the C library's directory
}

func newLibraries(h host) *libraries {
	return &libraries{host: h, dirs: append(h.configured(), "/lib64", "/usr/lib64", "/lib", "/usr/lib"),
		loader: map[string]string{}, found: map[string]string{}}
}

// add adds what a program or library loads, and what that loads.
func (l *libraries) add(file string) error {
	o, err := readObject(file)
	if err != nil {
		return &blame.Error{Summary: file + " is not a program that a guest can run", Err: err}
	}
	if o.loader != "" {
		if l.loader[o.loader], err = filepath.EvalSymlinks(l.host.at(o.loader)); err != nil {
			return err
		}
	}
	for _, name := range o.needed {
		if err := l.need(name, o, file); err != nil {
			return err
		}
	}
	return nil
}

// need adds a library, unless it is there already.
func (l *libraries) need(name string, by object, file string) error {
	if l.found[name] != "" || l.isLoader(name) {
		return nil
	}
	dir := l.search(name, by)
	if dir == "" || strings.Contains(name, "/") {
		return blame.Rigf("%s needs the library %s, which is not on this host", file, name)
	}
	found, err := filepath.EvalSymlinks(l.host.at(path.Join(dir, name)))
	if err != nil {
		return err
	}
	l.found[name] = found
	if strings.HasPrefix(name, "libc.so") {
		l.libc = dir
	}
	return l.add(found)
}

// isLoader reports whether a library is the loader, as that of musl is.
func (l *libraries) isLoader(name string) bool {
	for file := range l.loader {
		if path.Base(file) == name {
			return true
		}
	}
	return false
}

// search returns the directory of a library that fits the object, or "" if there
// is none.
func (l *libraries) search(name string, by object) string {
	for _, dir := range append(slices.Clone(by.dirs), l.dirs...) {
		o, err := readObject(l.host.at(path.Join(dir, name)))
		if err == nil && o.class == by.class && o.machine == by.machine {
			return dir
		}
	}
	return ""
}

func (l *libraries) nodes() (nodes []initramfs.Node) {
	for _, file := range slices.Sorted(maps.Keys(l.loader)) {
		nodes = append(nodes, initramfs.Node{Name: file, Host: l.loader[file]})
		if l.libc == "" {
			l.libc = path.Dir(file)
		}
	}
	for name, file := range l.found {
		if at := path.Join(l.libc, name); l.loader[at] == "" {
			nodes = append(nodes, initramfs.Node{Name: at, Host: file})
		}
	}
	return nodes
}

// object is what the loader reads from a program or library.
type object struct {
	class   elf.Class
	machine elf.Machine
	loader  string // PT_INTERP
	needed  []string
	dirs    []string // from ownDirs
}

func readObject(file string) (o object, err error) {
	f, err := elf.Open(file)
	if err != nil {
		return o, err
	}
	defer f.Close()
	o.class, o.machine = f.Class, f.Machine
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP && p.Filesz < 4096 {
			text := make([]byte, p.Filesz)
			if _, err := p.ReadAt(text, 0); err != nil {
				return o, err
			}
			o.loader = path.Clean(strings.TrimRight(string(text), "\x00"))
		}
	}
	o.dirs = ownDirs(f, filepath.Dir(file))
	o.needed, err = f.ImportedLibraries()
	return o, err
}

// ownDirs returns the directories that the file itself names: DT_RUNPATH, or the
// older DT_RPATH where that is missing.
func ownDirs(f *elf.File, origin string) (dirs []string) {
	lists, _ := f.DynString(elf.DT_RUNPATH) // without a dynamic section there is none
	if len(lists) == 0 {
		lists, _ = f.DynString(elf.DT_RPATH)
	}
	for _, list := range lists {
		for dir := range strings.SplitSeq(list, ":") {
			dir = strings.NewReplacer("$ORIGIN", origin, "${ORIGIN}", origin).Replace(dir)
			if filepath.IsAbs(dir) && !strings.Contains(dir, "$") {
				dirs = append(dirs, path.Clean(dir))
			}
		}
	}
	return dirs
}

// executable reports whether a file can be run.
func executable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}
