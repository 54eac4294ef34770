// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// errLocked means that a living process holds a lock.
var errLocked = errors.New("locked by another process")

// tryLock takes the lock file at once or returns errLocked. The lock ends with
// the returned file, and so with the process. Children do not inherit it: Go
// opens files close-on-exec.
func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(f, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	sign(f)
	return f, nil
}

// flock calls flock(2), and returns errLocked if the lock is taken.
func flock(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how)
		switch {
		case errors.Is(err, unix.EWOULDBLOCK):
			return errLocked
		case !errors.Is(err, unix.EINTR):
			return os.NewSyscallError("flock", err)
		}
	}
}

// sign writes this process's id into a file that it has locked, for processes
// that wait. A failure only makes their message less exact.
func sign(f *os.File) {
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	}
}

// holder names the process that has locked a lock file, if it is known.
func holder(path string) string {
	text, err := os.ReadFile(path)
	pid, parseErr := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || parseErr != nil {
		return "another process"
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if _, state, ok := strings.Cut(string(stat), ") "); err == nil && ok && strings.HasPrefix(state, "T") {
		return fmt.Sprintf("process %d, which is stopped", pid)
	}
	return fmt.Sprintf("process %d", pid)
}

// guardLimit is how long a process may hold the guard of the temporary
// directories: to make one, or to delete those of dead processes.
const guardLimit = time.Minute

// quiet is how long a wait for a lock goes unreported.
const quiet = 500 * time.Millisecond

// lock waits for the lock file, until ctx ends. work says what its holder does.
func (c *Cache) lock(ctx context.Context, path, work string) (unlock func(), err error) {
	f, err := tryLock(path)
	if errors.Is(err, errLocked) {
		f, err = c.wait(ctx, path, unix.LOCK_EX, work)
	}
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}

// wait waits for a lock file, and says so when that takes long. flock(2) cannot
// be interrupted: a waiter that gives up leaves a thread in it, which releases
// the lock as soon as it gets it.
func (c *Cache) wait(ctx context.Context, path string, how int, work string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- flock(f, how) }()
	long := time.AfterFunc(quiet, func() { c.Tell(fmt.Sprintf("waiting for another klptest: %s %s", holder(path), work)) })
	defer long.Stop()
	select {
	case err := <-done:
		if err != nil {
			f.Close()
			return nil, err
		}
		if how == unix.LOCK_EX {
			sign(f)
		}
		return f, nil
	case <-ctx.Done():
		go func() {
			<-done
			f.Close()
		}()
		return nil, &blame.Error{
			Summary: fmt.Sprintf("%s has locked %s", holder(path), path), Advice: "wait until it ends, continue it, or end it",
			Err: fmt.Errorf("%w (%w)", errLocked, ctx.Err()),
		}
	}
}

// lockEntry takes the lock of one entry. The lock's name is as long and as
// distinct as the entry's own.
func (c *Cache) lockEntry(ctx context.Context, kind, key string) (unlock func(), err error) {
	if err := os.MkdirAll(c.in("locks", kind), 0o700); err != nil {
		return nil, unwritable(err)
	}
	return c.lock(ctx, c.in("locks", kind, key), fmt.Sprintf("makes %s/%s in the cache", kind, key))
}

// lockTemp takes the lock under which temporary directories are made and swept,
// so that a sweep never sees one that exists but is not locked yet.
func (c *Cache) lockTemp() (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(context.Background(), guardLimit)
	defer cancel()
	return c.lock(ctx, c.in("tmp.lock"), "tidies up the cache")
}
