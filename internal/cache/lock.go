// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"os"

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
