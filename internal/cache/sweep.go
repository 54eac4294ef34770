// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// maxKept is the largest number of kept directories: enough for a day's
// failures, at some 15 MB each.
const maxKept = 20

// sweep removes the temporary directories whose process is gone, and the
// oldest of the kept ones.
func (c *Cache) sweep() error {
	unguard, err := c.lockTemp()
	if err != nil {
		return err
	}
	defer unguard()
	tmp := c.in("tmp")
	entries, err := os.ReadDir(tmp)
	if err != nil {
		return err
	}
	var errs []error
	for _, dir := range tooOld(tmp, entries) {
		errs = append(errs, os.Remove(kept(dir)))
	}
	for _, name := range owners(entries) {
		errs = append(errs, removeDead(filepath.Join(tmp, name)))
	}
	return blame.Join(errs...)
}

// owners names the temporary directories of which anything is left: a process
// may have died between any two steps, leaving only the lock or the mark.
func owners(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries {
		name, _ := strings.CutSuffix(e.Name(), ".lock")
		name, _ = strings.CutSuffix(name, ".kept")
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
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

// removeDead deletes dir and its lock, unless a living process holds the lock;
// of a kept dir it deletes the lock alone. That process may be releasing dir at
// this moment, so both may be gone already.
func removeDead(dir string) error {
	f, err := tryLock(dir + ".lock")
	if errors.Is(err, errLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if !exists(kept(dir)) {
		err = os.RemoveAll(dir)
	}
	gone := os.Remove(f.Name())
	if errors.Is(gone, os.ErrNotExist) {
		gone = nil
	}
	return blame.Join(err, gone)
}
