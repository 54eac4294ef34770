// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// errLocked means that a living process holds a lock.
var errLocked = errors.New("locked by another process")

// tryLock takes the lock file at once or returns errLocked. The lock is gone
// with the returned file, so also with the process. Children do not inherit
// it: Go opens files close-on-exec.
func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = errLocked
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// lock waits for the lock file. flock(2) cannot be interrupted, so when ctx
// ends first, the wait goes on in the background and gives the lock back.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- unix.Flock(int(f.Fd()), unix.LOCK_EX) }()
	select {
	case err := <-done:
		if err != nil {
			f.Close()
			return nil, err
		}
		return func() { f.Close() }, nil
	case <-ctx.Done():
		go func() { <-done; f.Close() }()
		return nil, ctx.Err()
	}
}

// sweep removes the temporary directories whose process is gone.
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
	for _, e := range entries {
		errs = append(errs, removeDead(filepath.Join(tmp, strings.TrimSuffix(e.Name(), ".lock"))))
	}
	return errors.Join(errs...)
}

func removeDead(dir string) error {
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
