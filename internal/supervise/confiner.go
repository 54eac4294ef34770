// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/program"
)

// startConfined starts a child that confines itself and then becomes the command,
// and returns when it has. The supervisor stays outside the box; otherwise it could
// not end the processes in it. Landlock forbids confined processes to signal those
// outside. Before ABI 8, each thread of a program that confines itself is outside
// for the processes that another thread has started
// (Documentation/userspace-api/landlock.rst).
func (j Job) startConfined(ctx context.Context, cmd *exec.Cmd) (*program.Child, error) {
	ours, theirs, err := line()
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	j.Argv = append([]string{cmd.Path}, j.Argv[1:]...)
	cmd.Path, cmd.Args, cmd.Env, cmd.Err = self, []string{"klptest-box"}, []string{roleEnv + "=" + confiner}, nil
	cmd.ExtraFiles = []*os.File{theirs} // becomes lineFD
	child, err := program.Start(cmd, unix.SIGKILL)
	theirs.Close()
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, child.Kill) // which closes the line; its group is ended later
	defer stop()
	maps, err := j.hand(ours)
	if err != nil {
		child.Kill()     // it would exit anyway
		_ = child.Wait() // err is the error that counts
		return nil, err
	}
	go maps.answer()
	return child, nil
}

// hand sends the job to the process that confines itself, and returns the descriptor
// for answering its opens, or the error if it could not become the command.
func (j Job) hand(line *os.File) (opens, error) {
	err := json.NewEncoder(line).Encode(j)
	if err = errors.Join(err, unix.Shutdown(int(line.Fd()), unix.SHUT_WR)); err != nil {
		return -1, err
	}
	problem, from, err := receive(line) // exec closes the other end
	if err == nil && problem != "" {
		err = errors.New(problem)
	}
	return from, err
}

// become confines this process and makes it the command of the job that the
// line brings. It returns only when that fails.
func become(line *os.File) error {
	if err := program.InheritNothing(); err != nil {
		return err
	}
	order, err := io.ReadAll(line) // all of it: a line closed with unread data is reset
	if err != nil {
		return err
	}
	var j Job
	if err := json.Unmarshal(order, &j); err != nil {
		return err
	}
	if err := j.Box.confine(); err != nil {
		return err
	}
	if j.Box.OwnMaps {
		if err := askForMaps(line); err != nil {
			return err
		}
	}
	return &os.PathError{Op: "exec", Path: j.Argv[0], Err: syscall.Exec(j.Argv[0], j.Argv, j.Env)}
}
