// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
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
	list, err := directory{dir, place}.list()
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.info == nil {
			err = l.follow(e.path, e.at)
		} else {
			l.files = append(l.files, newFile(e.at, "", e.info))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// directory is a directory at that place in its tree.
type directory struct{ path, place string }

// entry is a file, or a link.
type entry struct {
	path, at string
	info     fs.FileInfo // nil: a link
}

// list lists the files of the directory and of those in it, without following links. It does
// so in parallel, since a kernel's source has 80,000 files.
func (d directory) list() ([]entry, error) {
	top, err := os.ReadDir(d.path)
	if err != nil {
		return nil, d.important(err)
	}
	lists := make([][]entry, len(top))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, e := range top {
		g.Go(func() (err error) {
			lists[i], err = d.below(filepath.Join(d.path, e.Name()))
			return err
		})
	}
	err = g.Wait()
	return slices.Concat(lists...), err
}

// below lists a file of the directory, or the files of a directory in it.
func (d directory) below(path string) (list []entry, err error) {
	err = filepath.WalkDir(path, func(path string, e fs.DirEntry, err error) error {
		at := placeOf(path, d.path, d.place)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it has just been removed
		case err != nil:
			return d.important(err)
		case leftOut(at) && e.IsDir():
			return fs.SkipDir
		case leftOut(at) || e.IsDir():
			return nil
		case e.Type() == fs.ModeSymlink:
			list = append(list, entry{path, at, nil})
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // an editor's, say
		}
		list = append(list, entry{path, at, info})
		return err
	})
	return list, err
}

// important returns an error unless it concerns what a link leads to: make cannot read it
// either.
func (d directory) important(err error) error {
	if d.place != "." {
		return nil
	}
	return err
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
