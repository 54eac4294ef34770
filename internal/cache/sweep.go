// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxKept is how many kept directories there are at most: enough for the
// failures of a day, at some 15 MB each.
const maxKept = 20

// sweep removes the temporary directories whose process is gone, and the
// oldest of the kept ones.
func (c *Cache) sweep() error {
	unguard, err := lock(context.Background(), c.guard())
	if err != nil {
		return err
	}
	defer unguard()
	tmp := filepath.Join(c.root, "tmp")
	entries, err := os.ReadDir(tmp)
	if err != nil {
		return err
	}
	var errs []error
	for _, dir := range tooOld(tmp, entries) {
		errs = append(errs, os.Remove(kept(dir)))
	}
	for _, e := range entries {
		if e.IsDir() {
			errs = append(errs, removeDead(filepath.Join(tmp, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// tooOld names the kept directories that are not among the newest maxKept.
func tooOld(tmp string, entries []fs.DirEntry) []string {
	var marks []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(e.Name(), ".kept") {
			marks = append(marks, info)
		}
	}
	slices.SortFunc(marks, func(a, b fs.FileInfo) int { return cmp.Compare(b.ModTime().UnixNano(), a.ModTime().UnixNano()) })
	var dirs []string
	for _, m := range marks[min(maxKept, len(marks)):] {
		dirs = append(dirs, filepath.Join(tmp, strings.TrimSuffix(m.Name(), ".kept")))
	}
	return dirs
}

func removeDead(dir string) error {
	if _, err := os.Stat(kept(dir)); err == nil {
		return nil
	}
	f, err := tryLock(dir + ".lock")
	if errors.Is(err, errLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return errors.Join(os.RemoveAll(dir), os.Remove(f.Name()))
}
