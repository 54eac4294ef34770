// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// climb makes those directories of the view real from which the last build went up: when
// kernel/sched is a link, kernel/sched/../smpboot.h is the source's file, whatever the view
// has in kernel. It reports whether there was one.
func (v view) climb() (changed bool, err error) {
	top, err := filepath.EvalSymlinks(v.dir)
	if err != nil {
		return false, err
	}
	dirs, err := v.climbed()
	for dir := range dirs {
		full, gone := filepath.EvalSymlinks(filepath.Join(v.dir, dir))
		if gone != nil || full == filepath.Join(top, dir) || !isDir(full) {
			continue
		}
		changed = true
		if err := v.ownDir(dir); err != nil {
			return changed, err
		}
	}
	return changed, err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// climbed returns those directories, from what Kbuild has saved about each file that it
// made.
func (v view) climbed() (map[string]bool, error) {
	dirs := map[string]bool{}
	err := filepath.WalkDir(v.build(), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, ".cmd") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(text, []byte("/../")) {
			return err
		}
		for word := range strings.FieldsSeq(string(text)) {
			for _, dir := range v.upFrom(word) {
				dirs[dir] = true
			}
		}
		return nil
	})
	return dirs, err
}

// upFrom returns the directories from which a path goes up, if it is that of a file of the
// view: relative to the build directory, or absolute as below tools.
func (v view) upFrom(path string) (dirs []string) {
	rest, ours := strings.CutPrefix(path, "../")
	if !ours {
		rest, ours = strings.CutPrefix(path, v.dir+"/")
	}
	if !ours || !strings.Contains(rest, "/../") {
		return nil
	}
	var at []string
	for part := range strings.SplitSeq(rest, "/") {
		switch {
		case part != "..":
			at = append(at, part)
		case len(at) == 0 || !linked(at[0]):
			return dirs
		default:
			dirs = append(dirs, filepath.Join(at...))
			at = at[:len(at)-1]
		}
	}
	return dirs
}
