// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/klptest/klptest/internal/blame"
)

// maxAnswer is how much a program may say; what apt-cache says is below 1 MB.
const maxAnswer = 16 << 20

// command is a program of the host that is run to its end.
type command struct {
	Dir    string
	Name   string
	Args   []string
	Stdin  io.Reader
	Stdout io.Writer
}

// run starts the program in a process group of its own, which is killed when
// ctx ends or this process dies. Its stderr is the error's tail.
func (c command) run(ctx context.Context) error {
	// Pdeathsig is sent when the thread that started the child ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	stderr := &blame.Tail{}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, stderr
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return err
	}
	return &blame.Error{Summary: c.Name + " failed", Tail: stderr.String(), Err: err}
}

// ask runs a program and returns what it says.
func ask(ctx context.Context, name string, args ...string) (string, error) {
	var answer bytes.Buffer
	c := command{Name: name, Args: args, Stdout: &limited{w: &answer, left: maxAnswer}}
	err := c.run(ctx)
	return answer.String(), err
}

// errTooLong ends what would fill the memory or the disk.
var errTooLong = errors.New("more data than can be meant")

type limited struct {
	w    io.Writer
	left int64
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= int64(len(p)); l.left < 0 {
		return 0, errTooLong
	}
	return l.w.Write(p)
}
