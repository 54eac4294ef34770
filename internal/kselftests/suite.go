// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/kmods"
)

// Where a kernel's source has the scripts and their modules. The modules are below the
// scripts since Linux 6.9, and in lib before that.
const (
	Dir        = "tools/testing/selftests/livepatch"
	moduleDir  = "test_modules"
	libraryDir = "lib/livepatch"
)

const placeAdvice = "name a kernel's source, or its " + Dir

// The limits on what a guest is sent; Linux has 15 files with 100 KB in all.
const (
	maxFiles = 256
	maxBytes = 4 << 20
)

// Suite is a directory of selftests.
type Suite struct {
	Scripts []Script

	others   []Script // scripts that run only when they are named
	files    map[string][]byte
	modules  []kmods.Source
	programs []kmods.Source
	needs    []need
	inTree   bool // the scripts load the modules with modprobe
}

// Script is one of the scripts.
type Script struct {
	Name string
	Path string // on the host
	text string
}

// Read reads the selftests of a kernel's source, or of their directory in it. Links are
// followed only within that tree.
func Read(dir string) (*Suite, error) {
	dir, sub, err := place(dir)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, blame.Unreadable(dir, err)
	}
	defer root.Close()
	return suiteOf(root.FS(), dir, sub)
}

// ReadView is Read for a tree that may consist of links to another one, as a
// kbuild.Workshop's does. All links are followed, so the tree must be trusted.
func ReadView(dir string) (*Suite, error) {
	dir, sub, err := place(dir)
	if err != nil {
		return nil, err
	}
	return suiteOf(os.DirFS(dir), dir, sub)
}

// place returns the tree of a directory, and the place of the selftests in it.
func place(dir string) (tree, sub string, err error) {
	if dir, err = filepath.Abs(dir); err != nil {
		return "", "", err
	}
	if tree, ok := strings.CutSuffix(dir, "/"+Dir); ok {
		return tree, Dir, nil
	}
	if info, err := os.Stat(filepath.Join(dir, Dir)); err == nil && info.IsDir() {
		return dir, Dir, nil
	}
	return dir, ".", nil
}

func suiteOf(root fs.FS, dir, sub string) (*Suite, error) {
	if !holdsScripts(root, sub) {
		return nil, noSelftests(filepath.Join(dir, sub))
	}
	r := reader{root: root, dir: dir, left: maxBytes}
	s, err := r.suite(sub)
	if err == nil && len(s.Scripts) == 0 {
		err = noSelftests(filepath.Join(dir, sub))
	}
	return s, err
}

func noSelftests(dir string) error {
	return blame.AdviseUserf(placeAdvice, "there are no selftests in %s", dir)
}

// reader reads files below a directory.
type reader struct {
	root  fs.FS
	dir   string
	files int
	left  int64 // bytes that may still be read
}

func (r *reader) suite(sub string) (*Suite, error) {
	top, err := r.read(sub, func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	s := &Suite{files: map[string][]byte{}, needs: parseConfig(string(top["config"]))}
	for _, name := range slices.Sorted(maps.Keys(top)) {
		switch path.Ext(name) {
		case ".c":
			s.programs = append(s.programs, kmods.Source{Name: name, Data: top[name]})
		case ".o", ".ko":
		default:
			s.files[name] = top[name]
		}
	}
	s.addScripts(filepath.Join(r.dir, sub))
	return s, r.addModules(s, sub)
}

// addModules reads the modules' sources. A tree before 6.9 has them elsewhere.
func (r *reader) addModules(s *Suite, sub string) error {
	code := func(name string) bool { return path.Ext(name) == ".c" || path.Ext(name) == ".h" }
	found, err := r.read(path.Join(sub, moduleDir), code)
	if err == nil && len(found) == 0 && sub == Dir {
		s.inTree = true
		found, err = r.read(libraryDir, code)
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !strings.HasSuffix(name, ".mod.c") { // left by a build
			s.modules = append(s.modules, kmods.Source{Name: name, Data: found[name]})
		}
	}
	return err
}

// read returns the wanted files of a directory; none, if there is no such directory.
func (r *reader) read(sub string, want func(name string) bool) (map[string][]byte, error) {
	entries, err := fs.ReadDir(r.root, sub)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, blame.Unreadable(filepath.Join(r.dir, sub), err)
	}
	found := map[string][]byte{}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || !want(e.Name()) {
			continue
		}
		name := path.Join(sub, e.Name())
		data, err := r.file(name)
		if errors.Is(err, errTooMuch) {
			return nil, blame.AdviseUserf(placeAdvice, "%s has more than %d files, or %d MB: too much for selftests", filepath.Join(r.dir, sub), maxFiles, maxBytes>>20)
		}
		if err != nil {
			return nil, blame.Unreadable(filepath.Join(r.dir, name), err)
		}
		if data != nil {
			found[e.Name()] = data
		}
	}
	return found, nil
}

// errTooMuch is the error of a file that exceeds the limits.
var errTooMuch = errors.New("too much is read")

// file reads a regular file; nil: it is not one.
func (r *reader) file(name string) ([]byte, error) {
	info, err := fs.Stat(r.root, name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	r.files++
	if r.left -= info.Size(); r.left < 0 || r.files > maxFiles {
		return nil, errTooMuch
	}
	data, err := fs.ReadFile(r.root, name)
	return append([]byte{}, data...), err
}
