// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// Cache is a directory of entries and of temporary directories.
type Cache struct {
	root    string
	notice  func(line string) // tells people; may be nil
	damaged sync.Map          // the entries whose damage was reported
	users   *os.File          // its lock marks the cache as in use
}

// Default returns the directory of the cache: $XDG_CACHE_HOME/klptest, or
// ~/.cache/klptest.
func Default() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", &blame.Error{Party: blame.User, Summary: "no place for the cache", Advice: "set XDG_CACHE_HOME", Err: err}
	}
	return filepath.Join(dir, "klptest"), nil
}

// Open makes the cache at root if needed, and removes the remains of dead
// processes. notice gets a line about each damaged entry and each long wait; it
// may be nil.
func Open(root string, notice func(line string)) (*Cache, error) {
	return OpenContext(context.Background(), root, notice)
}

// OpenContext is like Open, but ends with ctx: it waits while another process
// removes entries.
func OpenContext(ctx context.Context, root string, notice func(line string)) (*Cache, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	c := &Cache{root: root, notice: notice}
	for _, dir := range reserved {
		if err := os.MkdirAll(c.in(dir), 0o700); err != nil {
			return nil, unwritable(err)
		}
	}
	err = c.use(ctx)
	if err == nil {
		err = c.sweep()
	}
	if err != nil {
		return nil, unwritable(err)
	}
	return c, nil
}

// unwritable explains why the cache cannot be used. The error of a lock does so itself.
func unwritable(err error) error {
	if errors.Is(err, errLocked) {
		return err
	}
	if full := Full(err); full != err {
		return full
	}
	return &blame.Error{Summary: "cannot write to the cache", Advice: "set XDG_CACHE_HOME to a directory that can be written to", Err: err}
}

// Root returns the cache's directory.
func (c *Cache) Root() string { return c.root }

// Tell reports a line about the cache to people.
func (c *Cache) Tell(line string) {
	if c.notice != nil {
		c.notice(line)
	}
}

// Entries lists the keys of a kind, sorted.
func (c *Cache) Entries(kind string) ([]string, error) {
	if _, err := c.path(kind, "any"); err != nil {
		return nil, err
	}
	found, err := os.ReadDir(c.in(kind))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	keys := make([]string, 0, len(found))
	for _, e := range found {
		if plain(e.Name()) { // NFS gives deleted files names with a dot
			keys = append(keys, e.Name())
		}
	}
	return keys, nil
}

// tmpKind is the parent of the temporary directories, used like a kind of entry.
const tmpKind = "tmp"

// reserved are the directories that the cache keeps for itself.
var reserved = []string{tmpKind, "locks"}

// path returns where an entry is. A name that is reserved, or would leave the
// cache's directory, is an error.
func (c *Cache) path(kind, key string) (string, error) {
	if !plain(kind) || !plain(key) || slices.Contains(reserved, kind) {
		return "", fmt.Errorf("cache: bad entry name %q/%q", kind, key)
	}
	return c.in(kind, key), nil
}

func (c *Cache) in(names ...string) string {
	return filepath.Join(append([]string{c.root}, names...)...)
}

// Remove deletes an entry if it exists. The entry is renamed first, so that it
// is never seen half deleted, even after a crash.
func (c *Cache) Remove(ctx context.Context, kind, key string) error {
	path, err := c.path(kind, key)
	if err != nil || !exists(path) {
		return err
	}
	unlock, err := c.lockEntry(ctx, kind, key)
	if err != nil {
		return err
	}
	defer unlock()
	grave, release, err := c.Temp("removed")
	if err != nil {
		return err
	}
	defer release()
	err = os.Rename(path, filepath.Join(grave, "contents"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Temp makes a private directory that lives until release is called or this
// process dies.
func (c *Cache) Temp(name string) (dir string, release func(), err error) {
	if !plain(name) || strings.Contains(name, "*") {
		return "", nil, fmt.Errorf("cache: bad temporary name %q", name)
	}
	unguard, err := c.lockTemp()
	if err != nil {
		return "", nil, err
	}
	defer unguard()
	dir, err = os.MkdirTemp(c.in(tmpKind), name+"-")
	if err != nil {
		return "", nil, Full(err)
	}
	f, err := tryLock(dir + ".lock")
	if err != nil {
		return "", nil, blame.Join(err, os.RemoveAll(dir))
	}
	return dir, func() {
		if !exists(kept(dir)) {
			os.RemoveAll(dir)
		}
		os.Remove(f.Name())
		f.Close()
	}, nil
}

// plain refuses names that would leave their directory.
func plain(name string) bool {
	return name != "" && name == filepath.Base(name) && !strings.HasPrefix(name, ".")
}

// touch marks an entry as used now, and reports whether it exists.
func touch(path string) bool {
	now := time.Now()
	return os.Chtimes(path, now, now) == nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func syncfs(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}
