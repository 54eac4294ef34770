// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/orphans"
	"github.com/klptest/klptest/internal/program"
)

// killLimit is how long a killed process may take to end. One that waits for a disk needs
// long, and so does any on a host with far more work than processors.
const killLimit = 30 * time.Second

// run runs the command as the leader of a process group, and leaves none of
// its descendants behind.
func (j Job) run(ctx context.Context) Outcome {
	if err := orphans.Adopt(); err != nil {
		return broken(err)
	}
	cmd := exec.Command(j.Argv[0], j.Argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = j.Dir, j.Env, os.Stdout, os.Stdout
	child, err := j.start(ctx, cmd)
	if err != nil {
		return broken(err)
	}
	early, err := j.await(ctx, child)
	if err = blame.Join(err, orphans.EndAll(killLimit)); err != nil {
		return Outcome{Ending: Broken, Code: -1, Killed: true, Cause: err.Error()}
	}
	return Outcome{Ending: endingOf(ctx, early), Code: cmd.ProcessState.ExitCode(), Killed: wasKilled(cmd.ProcessState)}
}

func (j Job) start(ctx context.Context, cmd *exec.Cmd) (*program.Child, error) {
	switch {
	case cmd.Err != nil:
		return nil, cmd.Err
	case j.Box != nil:
		return j.startConfined(ctx, cmd)
	}
	return program.Start(cmd, unix.SIGKILL)
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

// wasKilled reports whether the command ended without tidying up. On SIGTERM, make
// removes half-written files and then sends the signal to itself.
func wasKilled(s *os.ProcessState) bool {
	status, ok := s.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() != unix.SIGTERM
}

// await returns when the leader of the group has ended. It ends the leader when ctx ends.
func (j Job) await(ctx context.Context, leader *program.Child) (early bool, err error) {
	select {
	case <-leader.Done():
		return false, nil
	case <-ctx.Done():
	}
	if j.Grace > 0 {
		if err := signalAll(-leader.Pid(), unix.SIGTERM); err != nil {
			return true, err
		}
		select {
		case <-leader.Done():
			return true, nil
		case <-time.After(j.Grace):
		}
	}
	if err := signalAll(-leader.Pid(), unix.SIGKILL); err != nil {
		return true, err
	}
	select {
	case <-leader.Done():
		return true, nil
	case <-time.After(killLimit):
		return true, fmt.Errorf("process %d does not end when it is killed", leader.Pid())
	}
}

// signalAll is kill(2), but a missing process is not an error.
func signalAll(pid int, s syscall.Signal) error {
	if err := unix.Kill(pid, s); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("kill %d: %w", pid, err)
	}
	return nil
}
