// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Hold waits, until ctx ends, for a directory that is not an entry, because it changes.
// It makes the directory if needed, marks it as used now, and locks it until unlock.
// kind and key are like those of an entry; kind-key must not be the kind of an entry.
func (c *Cache) Hold(ctx context.Context, kind, key string) (dir string, unlock func(), err error) {
	if dir, err = c.path(kind, key); err != nil {
		return "", nil, err
	}
	name := kind + "-" + key
	unlock, err = c.lock(ctx, c.in("locks", name), fmt.Sprintf("uses %s in the cache", name))
	if err != nil {
		return "", nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		unlock()
		return "", nil, unwritable(err)
	}
	touch(dir)
	return dir, unlock, nil
}

// Mark marks the entry or directory in which path lies as used now. It ignores a path
// outside the cache.
func (c *Cache) Mark(path string) {
	root, err := filepath.EvalSymlinks(c.root)
	if err != nil {
		return
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return
	}
	inside, ok := strings.CutPrefix(path, root+"/")
	if names := strings.Split(inside, "/"); ok && len(names) > 1 {
		touch(filepath.Join(root, names[0], names[1]))
	}
}
