// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// endAll kills and reaps the processes that the command left, inside or outside its
// group. If it returns nil, none is left: a process that reaps its descendants and
// has no child has no descendant.
func endAll() error {
	done := make(chan error, 1)
	go func() { done <- reapAll() }()
	select {
	case err := <-done:
		return err
	case <-time.After(killLimit):
		left, err := children()
		return errors.Join(fmt.Errorf("processes %d do not end when they are killed", left), err)
	}
}

// reapAll kills children until there are none. The children of an ended child
// become ours, so in the end all are found.
func reapAll() error {
	for {
		pid, err := reap(unix.WNOHANG)
		if err == nil && pid == 0 { // there are children, but none has ended
			if err = killChildren(); err == nil {
				_, err = reap(0)
			}
		}
		if errors.Is(err, unix.ECHILD) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// reap waits for any child; how has the options of wait4(2).
func reap(how int) (pid int, err error) {
	for {
		pid, err = unix.Wait4(-1, nil, how, nil)
		if !errors.Is(err, unix.EINTR) {
			return pid, err
		}
	}
}

func killChildren() error {
	pids, err := children()
	for _, pid := range pids {
		err = errors.Join(err, signalAll(pid, unix.SIGKILL))
	}
	return err
}

// children returns the processes whose parent is this one.
func children() ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // the process has ended
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && parent(text) == os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// parent returns the fourth field of /proc/PID/stat; the second, the name, is in
// parentheses and may contain anything (proc_pid_stat(5)).
func parent(stat []byte) int {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	pid, _ := strconv.Atoi(string(fields[1]))
	return pid
}
