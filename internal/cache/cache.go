// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// Cache is a directory of entries and of temporary directories.
type Cache struct{ root string }

// Default is where the cache is when nobody says otherwise:
// $XDG_CACHE_HOME/klptest, or ~/.cache/klptest.
func Default() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", &blame.Error{Party: blame.User, Summary: "no place for the cache", Advice: "set XDG_CACHE_HOME", Err: err}
	}
	return filepath.Join(dir, "klptest"), nil
}

// Open makes the cache at root if need be, and removes what dead processes
// left in it.
func Open(root string) (*Cache, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	for _, d := range []string{root, filepath.Join(root, "tmp"), filepath.Join(root, "locks")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, &blame.Error{Summary: "cannot write to the cache", Advice: "set XDG_CACHE_HOME to a directory that can be written to", Err: err}
		}
	}
	c := &Cache{root}
	return c, c.sweep()
}

// Root is the cache's directory.
func (c *Cache) Root() string { return c.root }

// Entry returns the directory of an entry; when it is not there yet, fill
// makes its contents in a temporary directory first. key must be a plain file
// name.
func (c *Cache) Entry(ctx context.Context, kind, key string, fill func(ctx context.Context, dir string) error) (string, error) {
	if !plain(kind) || !plain(key) {
		return "", fmt.Errorf("cache: bad entry name %q/%q", kind, key)
	}
	path := filepath.Join(c.root, kind, key)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	unlock, err := lock(ctx, filepath.Join(c.root, "locks", kind+"-"+key))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(path); err == nil {
		return path, nil // somebody else has filled it meanwhile
	}
	return path, c.publish(ctx, path, fill)
}

func (c *Cache) publish(ctx context.Context, path string, fill func(context.Context, string) error) error {
	dir, release, err := c.Temp("fill")
	if err != nil {
		return err
	}
	defer release()
	contents := filepath.Join(dir, "contents")
	if err := os.Mkdir(contents, 0o700); err != nil {
		return err
	}
	if err := fill(ctx, contents); err != nil {
		return err
	}
	if err := syncfs(contents); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.Rename(contents, path)
}

// Remove deletes an entry, if it is there.
func (c *Cache) Remove(kind, key string) error {
	if !plain(kind) || !plain(key) {
		return fmt.Errorf("cache: bad entry name %q/%q", kind, key)
	}
	return os.RemoveAll(filepath.Join(c.root, kind, key))
}

// Temp makes a private directory that lives until release is called or this
// process dies.
func (c *Cache) Temp(name string) (dir string, release func(), err error) {
	unguard, err := lock(context.Background(), c.guard())
	if err != nil {
		return "", nil, err
	}
	defer unguard()
	dir, err = os.MkdirTemp(filepath.Join(c.root, "tmp"), name+"-")
	if err != nil {
		return "", nil, err
	}
	f, err := tryLock(dir + ".lock")
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, func() {
		if _, err := os.Stat(kept(dir)); err != nil {
			os.RemoveAll(dir)
		}
		os.Remove(f.Name())
		f.Close()
	}, nil
}

// Keep makes a directory of [Cache.Temp] outlive its release, for people to
// look at. The oldest of more than a few kept ones goes with a later Open.
func (c *Cache) Keep(dir string) error {
	return os.WriteFile(kept(dir), nil, 0o600)
}

func kept(dir string) string { return dir + ".kept" }

// guard is the lock under which temporary directories are made and swept, so
// that a sweep never sees one that is there but not locked yet.
func (c *Cache) guard() string { return filepath.Join(c.root, "locks", "tmp") }

// plain refuses names that would leave their directory.
func plain(name string) bool {
	return name != "" && name == filepath.Base(name) && !strings.HasPrefix(name, ".")
}

func syncfs(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}
