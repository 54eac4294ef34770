// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// file is a file of a tree as it was when the tree was listed.
type file struct {
	path  string // below the tree's top directory
	leads string // where it leads, if it is a link
	mode  fs.FileMode
	size  int64
	time  time.Time
}

func newFile(path, leads string, info fs.FileInfo) file {
	return file{path, leads, info.Mode(), info.Size(), info.ModTime()}
}

// line returns a line about the file, which differs if what is built from it may. The mode
// decides only whether the file can be used.
func (f file) line() []byte {
	b := strconv.AppendInt(append([]byte(f.path), ' '), f.size, 10)
	b = strconv.AppendInt(append(b, ' '), f.time.UnixNano(), 10)
	return append(append(append(b, ' '), f.leads...), '\n')
}

// lister lists the files of trees. A link counts as the file that it leads to. A link that
// leads out of the trees counts as the directory that it leads to: the files of a tree of
// links, or of a linked directory, can change while the links stay the same.
type lister struct {
	trees []string        // their top directories
	seen  map[string]bool // directories elsewhere that are listed
	files []file
}

// walk lists a directory, which is at that place in its tree.
func (l *lister) walk(dir, place string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		at := placeOf(path, dir, place)
		switch {
		case err != nil && place != ".":
			return nil // make cannot read it either
		case err != nil:
			return err
		case leftOut(at) && d.IsDir():
			return fs.SkipDir
		case leftOut(at) || d.IsDir():
			return nil
		case d.Type() == fs.ModeSymlink:
			return l.follow(path, at)
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // an editor's, say
		}
		if err == nil {
			l.files = append(l.files, newFile(at, "", info))
		}
		return err
	})
}

// placeOf returns the place in a tree of a path in a directory, which is at that place. It
// is fast, because it is called for each file of a kernel.
func placeOf(path, dir, place string) string {
	switch {
	case path == dir:
		return place
	case place == ".":
		return path[len(dir)+1:]
	}
	return place + path[len(dir):]
}

// leftOut reports whether a file or directory has nothing to do with what is built.
func leftOut(at string) bool {
	return at != "." && !strings.Contains(at, "/") && (!linked(at) || at == "Documentation")
}

// follow lists what a link leads to.
func (l *lister) follow(path, at string) error {
	to, err := os.Readlink(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil: // it leads nowhere
		l.files = append(l.files, file{path: at, leads: to, mode: fs.ModeSymlink})
		return nil
	case info.IsDir():
		l.files = append(l.files, file{path: at, leads: to, mode: fs.ModeSymlink})
		return l.enter(path, at)
	}
	l.files = append(l.files, newFile(at, to, info))
	return nil
}

// enter lists the directory that a link leads to, if it is elsewhere.
func (l *lister) enter(path, at string) error {
	dir, err := filepath.EvalSymlinks(path)
	if err != nil || l.seen[dir] {
		return err
	}
	for _, tree := range l.trees {
		if within(dir, tree) || within(tree, dir) {
			return nil
		}
	}
	l.seen[dir] = true
	return l.walk(dir, at)
}

// within reports whether a path is that of the directory or of something in it.
func within(path, dir string) bool {
	return strings.HasPrefix(path+"/", strings.TrimSuffix(dir, "/")+"/")
}
