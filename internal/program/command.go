// SPDX-License-Identifier: Apache-2.0

package program

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
)

// Command is a program of the host that is run to its end.
type Command struct {
	Dir    string
	Name   string
	Args   []string
	Env    []string // all of it; nil: Environ()
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer // gets a copy; may be nil

	Stop  syscall.Signal // ends it early; 0: SIGKILL
	Grace time.Duration  // from that to SIGKILL
}

// outputGrace is how long a process that has inherited the output may hold it
// open.
const outputGrace = 5 * time.Second

// Run starts the program in its own process group, which ends with ctx. The
// program also ends when this process dies, by whatever signal. Its stderr is
// the error's tail. The error wraps ctx's cause when ctx has ended, and
// exec.ErrNotFound when there is no such program.
func (c Command) Run(ctx context.Context) error {
	said := &blame.Tail{}
	child, err := Start(c.command(ctx, said), c.stop())
	if err == nil {
		err = child.Wait()
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && child != nil:
		return errors.Join(context.Cause(ctx), signalGroup(child.Pid(), syscall.SIGKILL))
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return err
	}
	return &blame.Error{Summary: c.Name + " failed", Tail: said.String(), Err: err}
}

// Output is Run, but returns the program's output instead of writing it to
// Stdout. A program that exceeds the limit of most bytes is ended; its error
// wraps bounded.ErrTooLong.
func (c Command) Output(ctx context.Context, most int64) ([]byte, error) {
	var out bytes.Buffer
	w := &bounded.Writer{W: &out, Left: most}
	c.Stdout = w
	err := c.Run(ctx)
	if e, ok := errors.AsType[*blame.Error](err); ok && w.Left < 0 {
		e.Err = bounded.ErrTooLong // rather than the broken pipe
	}
	return out.Bytes(), err
}

func (c Command) stop() syscall.Signal { return cmp.Or(c.Stop, syscall.SIGKILL) }

func (c Command) command(ctx context.Context, said io.Writer) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	if c.Env == nil {
		cmd.Env = Environ()
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, said
	if c.Stderr != nil {
		cmd.Stderr = io.MultiWriter(said, c.Stderr)
	}
	cmd.Cancel = func() error { return signalGroup(cmd.Process.Pid, c.stop()) }
	cmd.WaitDelay = c.Grace + outputGrace
	return cmd
}

// signalGroup is kill(2); a group that no longer exists is no error.
func signalGroup(pgid int, s syscall.Signal) error {
	err := syscall.Kill(-pgid, s)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return os.NewSyscallError("kill", err)
}
