// SPDX-License-Identifier: Apache-2.0

package orphans

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pause is between two looks at children that have been killed.
const pause = 2 * time.Millisecond

// Adopt makes every descendant whose parent ends a child of this process.
func Adopt() error {
	return os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
}

// EndAll kills and reaps the children of this process until there are none. The children
// of an ended child become children of a process that has called Adopt. So if EndAll
// returns nil, there is no descendant. Nothing else may wait for a child meanwhile. Only a
// child that waits in the kernel outlasts a limit of seconds.
func EndAll(limit time.Duration) error {
	for end := time.Now().Add(limit); ; {
		pid, err := reap()
		switch {
		case errors.Is(err, unix.ECHILD):
			return nil
		case err != nil:
			return err
		case pid != 0:
			continue
		}
		pids, err := children() // none of which has ended
		if time.Now().After(end) {
			return errors.Join(fmt.Errorf("processes %d do not end when they are killed", pids), err)
		}
		if err := errors.Join(err, killAll(pids)); err != nil {
			return err
		}
		time.Sleep(pause)
	}
}

// reap reaps a child that has ended, if there is one; pid is 0 if none has.
func reap() (pid int, err error) {
	for {
		pid, err = unix.Wait4(-1, nil, unix.WNOHANG, nil)
		if !errors.Is(err, unix.EINTR) {
			return pid, err
		}
	}
}

// killAll kills processes; a missing one is not an error.
func killAll(pids []int) (err error) {
	for _, pid := range pids {
		if e := unix.Kill(pid, unix.SIGKILL); e != nil && !errors.Is(e, unix.ESRCH) {
			err = errors.Join(err, fmt.Errorf("kill %d: %w", pid, e))
		}
	}
	return err
}
