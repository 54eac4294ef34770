// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// view is a directory that looks like a kernel source tree: its entries are
// links to the tree, except for files that were replaced. The build directory
// is in it, because Kbuild then names every source by a relative path
// ("../mm"). The objects do not depend on where the view is, so a view can be
// copied, and ccache recognizes them.
//
// A replaced file and the directories above it are real, and so are directories
// from which files go up to others (see climb). A file can be replaced by a copy
// of itself, which has a new time (see older). A real file never
// becomes a link again: the source's file may be older than the object made
// from the replacement, and make would keep that object.
type view struct {
	dir    string
	source string
}

// buildDir is the directory that a view is built in. No kernel has such a
// directory.
const buildDir = "build"

func (v view) build() string { return filepath.Join(v.dir, buildDir) }

// reset makes the view look like the source as it is now.
func (v view) reset() error {
	if exists(v.dir, buildDir) {
		return v.resetDir(".")
	}
	return v.create()
}

// create makes all entries of the view anew, and its build directory last. Without a build
// directory there is no object that a file could be too old for.
func (v view) create() error {
	if err := os.MkdirAll(v.dir, 0o700); err != nil {
		return err
	}
	have, err := os.ReadDir(v.dir)
	if err != nil {
		return err
	}
	for _, e := range have {
		if !linked(e.Name()) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(v.dir, e.Name())); err != nil {
			return err
		}
	}
	if err := v.linkDir("."); err != nil {
		return err
	}
	return os.Mkdir(v.build(), 0o700)
}

// linkDir fills a new directory of the view.
func (v view) linkDir(dir string) error {
	names, err := v.entries(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		if err := os.Symlink(filepath.Join(v.source, path), filepath.Join(v.dir, path)); err != nil {
			return err
		}
	}
	return nil
}

// resetDir makes a real directory of the view like the source's.
func (v view) resetDir(dir string) error {
	want, err := v.entries(dir)
	if err != nil {
		return err
	}
	have, err := os.ReadDir(filepath.Join(v.dir, dir))
	if err != nil {
		return err
	}
	for _, e := range have {
		if dir == "." && !linked(e.Name()) {
			continue
		}
		if err := v.resetEntry(filepath.Join(dir, e.Name()), e, slices.Contains(want, e.Name())); err != nil {
			return err
		}
	}
	for _, name := range want {
		if err := v.restore(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// restore brings back a missing entry. A file comes back as a real one, because
// an object of its predecessor may be left.
func (v view) restore(path string) error {
	from, to := filepath.Join(v.source, path), filepath.Join(v.dir, path)
	if _, err := os.Lstat(to); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	info, err := os.Stat(from)
	if err != nil || !info.Mode().IsRegular() {
		return os.Symlink(from, to) // it may lead nowhere
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm()|0o600)
}

// entries lists a directory of the source. It returns nothing if there is no
// such directory.
func (v view) entries(dir string) ([]string, error) {
	found, err := os.ReadDir(filepath.Join(v.source, dir))
	if errors.Is(err, fs.ErrNotExist) && dir != "." {
		return nil, nil
	}
	var names []string
	for _, e := range found {
		if dir != "." || linked(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// linked reports whether an entry of the source's top directory is part of the
// view: .git and .config are not.
func linked(name string) bool {
	return name != buildDir && !strings.HasPrefix(name, ".")
}

// resetEntry makes one entry of the view like the source's.
func (v view) resetEntry(path string, e fs.DirEntry, wanted bool) error {
	full := filepath.Join(v.dir, path)
	switch {
	case !wanted || v.otherKind(path, e):
		return os.RemoveAll(full)
	case e.IsDir():
		return v.resetDir(path)
	case e.Type().IsRegular():
		data, err := os.ReadFile(filepath.Join(v.source, path))
		if err != nil {
			return err
		}
		return rewrite(full, data)
	}
	if to, err := os.Readlink(full); err != nil || to == filepath.Join(v.source, path) {
		return err
	}
	return os.Remove(full)
}

// otherKind reports whether a real entry of the view is a file and the source's a
// directory, or vice versa.
func (v view) otherKind(path string, e fs.DirEntry) bool {
	if e.Type() == fs.ModeSymlink {
		return false
	}
	info, err := os.Stat(filepath.Join(v.source, path))
	return err != nil || info.IsDir() != e.IsDir()
}

// rewrite writes a file only if that changes it, so that make has nothing to do
// for an unchanged one.
func rewrite(path string, data []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	return os.WriteFile(path, data, 0o600)
}
