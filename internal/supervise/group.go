// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// run runs the command as the leader of a process group, and leaves no process
// of that group behind.
func (j Job) run(ctx context.Context) Outcome {
	// Pdeathsig is sent when the starting thread ends, not the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	// Orphans of the group become children of this process, to be waited for.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return broken(os.NewSyscallError("prctl", err))
	}
	cmd := exec.Command(j.Argv[0], j.Argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = j.Dir, j.Env, os.Stdout, os.Stdout
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: unix.SIGKILL}
	if err := cmd.Start(); err != nil {
		return broken(err)
	}
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { end(cmd.Process.Pid, j.Grace, over) })
	_ = cmd.Wait() // the state tells
	close(over)
	early := !stop()
	killGroup(cmd.Process.Pid)
	return Outcome{Ending: endingOf(ctx, early), Code: cmd.ProcessState.ExitCode(), Killed: wasKilled(cmd.ProcessState)}
}

func endingOf(ctx context.Context, early bool) Ending {
	switch {
	case !early:
		return Exited
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return OutOfTime
	}
	return Cancelled
}

// wasKilled tells an end that nothing was tidied up before. make removes what
// is half written when it gets SIGTERM, and then sends that to itself.
func wasKilled(s *os.ProcessState) bool {
	status, ok := s.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() != unix.SIGTERM
}

// end ends a group whose leader is not over yet.
func end(pgid int, grace time.Duration, over <-chan struct{}) {
	if grace > 0 {
		_ = unix.Kill(-pgid, unix.SIGTERM)
		select {
		case <-over:
			return
		case <-time.After(grace):
		}
	}
	_ = unix.Kill(-pgid, unix.SIGKILL)
}

// killGroup returns when no process of the group is left. Of those that have
// left it, a compiler has none.
func killGroup(pgid int) {
	_ = unix.Kill(-pgid, unix.SIGKILL) // ESRCH: none was left
	for {
		_, err := unix.Wait4(-pgid, nil, 0, nil)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
