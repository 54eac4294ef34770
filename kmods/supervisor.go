// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// supervisorEnv makes this program a build supervisor.
const supervisorEnv = "KLPTEST_BUILD_SUPERVISOR"

// parentFD is the supervisor's end of the pipe from its parent.
const parentFD = 3

// Main must be the first thing that main calls. When this process was started
// as a build supervisor, it does that work and returns true, and main must
// return; else it returns false at once.
//
// The supervisor reads one job from its parent, runs it in a process group of
// its own, and prints the outcome as JSON. It kills the group when the job
// runs out of time, when the parent closes the pipe or dies, by whatever
// signal, and on SIGTERM, SIGINT and SIGHUP.
func Main() (handled bool) {
	if os.Getenv(supervisorEnv) == "" {
		return false
	}
	unix.CloseOnExec(parentFD)
	out := supervise(os.NewFile(parentFD, "parent"))
	// When this fails the parent is gone: nobody is left to be told.
	_ = json.NewEncoder(os.Stdout).Encode(out)
	return true
}

func supervise(parent io.Reader) outcome {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT, unix.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pipe := json.NewDecoder(parent)
	var j job
	if err := pipe.Decode(&j); err != nil {
		return outcome{Ending: broken, Cause: "no job: " + err.Error()}
	}
	go func() {
		_, _ = io.Copy(io.Discard, parent) // returns when the parent is done with us, or gone
		cancel()
	}()
	if j.Box != nil {
		if err := j.Box.confine(); err != nil {
			return outcome{Ending: broken, Cause: err.Error()}
		}
	}
	ctx, done := context.WithTimeout(ctx, j.Limit)
	defer done()
	return runGroup(ctx, j)
}

// runGroup runs the job's command as the leader of a process group, and leaves
// no process of that group behind.
func runGroup(ctx context.Context, j job) outcome {
	// Pdeathsig is sent when the starting thread ends, not the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	log, err := os.OpenFile(j.Log, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return outcome{Ending: broken, Cause: err.Error()}
	}
	defer log.Close()
	// Orphans of the group become children of this process, to be waited for.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return outcome{Ending: broken, Cause: err.Error()}
	}
	cmd := exec.Command(j.Argv[0], j.Argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = j.Dir, j.Env, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: unix.SIGKILL}
	if err := cmd.Start(); err != nil {
		return outcome{Ending: broken, Cause: err.Error()}
	}
	stop := context.AfterFunc(ctx, func() { _ = unix.Kill(-cmd.Process.Pid, unix.SIGKILL) })
	_ = cmd.Wait() // the state tells
	early := !stop()
	killGroup(cmd.Process.Pid)
	return outcome{Ending: endingOf(ctx, early), Code: cmd.ProcessState.ExitCode()}
}

func endingOf(ctx context.Context, early bool) ending {
	switch {
	case !early:
		return exited
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return outOfTime
	}
	return cancelled
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
