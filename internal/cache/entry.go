// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// Fill makes the contents of an entry in a directory. It may ask for other
// entries, but not for its own.
type Fill func(ctx context.Context, dir string) error

// Entry returns the directory of an entry. If the entry is missing, or its
// files have changed since they were made, fill makes its contents in a
// temporary directory first. kind and key must be plain file names; "tmp" and
// "locks" are not kinds. While another process fills the entry, Entry waits,
// until ctx ends.
func (c *Cache) Entry(ctx context.Context, kind, key string, fill Fill) (string, error) {
	return c.entry(ctx, kind, key, Check, func(ctx context.Context, dir string) error {
		if err := fill(ctx, dir); err != nil {
			return err
		}
		return Seal(dir)
	})
}

// Unchecked is like Entry, for contents that have checksums of their own.
func (c *Cache) Unchecked(ctx context.Context, kind, key string, fill Fill) (string, error) {
	return c.entry(ctx, kind, key, func(string) error { return nil }, fill)
}

func (c *Cache) entry(ctx context.Context, kind, key string, check func(dir string) error, fill Fill) (string, error) {
	path, err := c.path(kind, key)
	if err != nil || touch(path) && check(path) == nil {
		return path, err
	}
	unlock, err := c.lockEntry(ctx, kind, key)
	if err != nil {
		return "", err
	}
	defer unlock()
	var damage error
	if exists(path) {
		if damage = check(path); damage == nil {
			return path, nil // it was filled meanwhile
		}
		c.tellDamage(kind, key, damage)
	}
	err = Full(c.publish(ctx, path, fill))
	if err != nil && damage != nil && ctx.Err() == nil {
		err = beyondRepair(kind, key, err)
	}
	if err != nil {
		return "", err
	}
	return path, nil
}

// beyondRepair returns the error of a damaged entry that cannot be made again;
// the kernel under test is not to blame.
func beyondRepair(kind, key string, err error) error {
	e := &blame.Error{Summary: fmt.Sprintf("%s/%s in the cache is damaged, and cannot be made again", kind, key),
		Advice: "it will be made again once this is fixed", Err: err}
	if inner, ok := errors.AsType[*blame.Error](err); ok && inner.Advice != "" {
		e.Advice, e.Tail = inner.Advice, inner.Tail
	}
	return e
}

// Lookup returns the directory of an undamaged entry, and marks the entry as
// used now.
func (c *Cache) Lookup(kind, key string) (dir string, ok bool) {
	path, err := c.path(kind, key)
	if err != nil || !touch(path) {
		return path, false
	}
	if err := Check(path); err != nil {
		c.tellDamage(kind, key, err)
		return path, false
	}
	return path, true
}

// Condemn makes an entry count as damaged, and reports the reason.
func (c *Cache) Condemn(kind, key string, why error) error {
	path, err := c.path(kind, key)
	if err != nil {
		return err
	}
	c.tellDamage(kind, key, why)
	return Unseal(path)
}

// tellDamage reports each damaged entry once; the caller, or code that knows
// how, makes it again.
func (c *Cache) tellDamage(kind, key string, why error) {
	if _, told := c.damaged.LoadOrStore(kind+"/"+key, true); !told {
		c.Tell(fmt.Sprintf("%s/%s in the cache is damaged (%v): making it again", kind, key, why))
	}
}

// publish fills a directory and puts it in the entry's place, replacing an
// existing one.
func (c *Cache) publish(ctx context.Context, path string, fill Fill) error {
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
	return put(contents, path)
}

// put renames a directory to path. It exchanges it with an existing directory
// in one step, so that a process that is about to open path always finds one.
// File systems that cannot exchange names, such as NFS, need two steps.
func put(dir, path string) error {
	if !exists(path) {
		return os.Rename(dir, path)
	}
	if unix.Renameat2(unix.AT_FDCWD, dir, unix.AT_FDCWD, path, unix.RENAME_EXCHANGE) == nil {
		return nil
	}
	if err := os.Rename(path, dir+".damaged"); err != nil {
		return err
	}
	return os.Rename(dir, path)
}
