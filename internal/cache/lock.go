// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// errLocked means that a living process holds a lock.
var errLocked = errors.New("locked by another process")

// tryLock takes the lock file at once or returns errLocked. The lock is gone
// with the returned file, so also with the process. Children do not inherit
// it: Go opens files close-on-exec.
func tryLock(path string) (*os.File, error) {
	return openLocked(path, unix.LOCK_NB)
}

// openLocked takes the lock file; how is 0 to wait for it, without end.
func openLocked(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|how)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = errLocked
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// guardLimit is how long a process may hold the guard of the temporary
// directories: it makes one, or deletes what dead processes left.
const guardLimit = time.Minute

// lock waits for the lock file as long as ctx lasts. flock(2) cannot be
// interrupted: a waiter that gives up leaves a thread in it, which gives the
// lock back as soon as it has it.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := tryLock(path)
	if errors.Is(err, errLocked) {
		f, err = waitLock(ctx, path)
	}
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}

func waitLock(ctx context.Context, path string) (*os.File, error) {
	type result struct {
		file *os.File
		err  error
	}
	done := make(chan result, 1)
	go func() {
		f, err := openLocked(path, 0)
		done <- result{f, err}
	}()
	select {
	case r := <-done:
		return r.file, r.err
	case <-ctx.Done():
		go func() {
			if r := <-done; r.err == nil {
				r.file.Close()
			}
		}()
		return nil, fmt.Errorf("waiting for %s: %w (%w)", path, errLocked, ctx.Err())
	}
}

// lockEntry takes the lock of one entry. The name is as long and as distinct
// as the entry's own.
func (c *Cache) lockEntry(ctx context.Context, kind, key string) (unlock func(), err error) {
	if err := os.MkdirAll(c.in("locks", kind), 0o700); err != nil {
		return nil, unwritable(err)
	}
	return lock(ctx, c.in("locks", kind, key))
}

// lockTemp takes the lock under which temporary directories are made and
// swept, so that a sweep never sees one that is there but not locked yet.
func (c *Cache) lockTemp() (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(context.Background(), guardLimit)
	defer cancel()
	return lock(ctx, c.in("tmp.lock"))
}

// Lock waits, as long as ctx lasts, for the lock of that name: for a directory
// under the root that is no entry, because it changes. name must be a plain
// file name, and not the kind of any entry.
func (c *Cache) Lock(ctx context.Context, name string) (unlock func(), err error) {
	if !plain(name) {
		return nil, fmt.Errorf("cache: bad lock name %q", name)
	}
	return lock(ctx, c.in("locks", name))
}
