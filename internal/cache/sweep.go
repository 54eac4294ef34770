// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// sweep removes the temporary directories whose process is gone, and the oldest
// of those that are kept without being asked for. What cannot be removed is
// reported and stays: it only takes space.
func (c *Cache) sweep() error {
	unguard, err := c.lockTemp()
	if err != nil {
		return err
	}
	defer unguard()
	tmp := c.in(tmpKind)
	entries, err := os.ReadDir(tmp)
	if err != nil {
		return err
	}
	for _, m := range tooOld(marks(entries)) {
		c.tellLeft(m.name, os.Remove(kept(filepath.Join(tmp, m.name))))
	}
	for _, name := range owners(entries) {
		c.tellLeft(name, removeDead(filepath.Join(tmp, name)))
	}
	return nil
}

// tellLeft reports a temporary directory that cannot be removed, for instance
// because a file in it is still open on NFS.
func (c *Cache) tellLeft(name string, err error) {
	if err == nil {
		return
	}
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	c.Tell(fmt.Sprintf("cannot remove %s: %v", c.in(tmpKind, name), err))
}

// owners names the temporary directories that have left anything: a process may
// have died between any two steps, leaving only the lock or the mark. NFS itself
// removes the deleted but open files to which it gives names with a dot.
func owners(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries {
		name, _ := strings.CutSuffix(e.Name(), ".lock")
		name, _ = strings.CutSuffix(name, keptEnding)
		if plain(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// removeDead deletes dir and its lock, unless a living process holds the lock;
// of a kept dir it deletes only the lock. Such a process may be releasing dir
// at this moment, so both may be gone already.
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
