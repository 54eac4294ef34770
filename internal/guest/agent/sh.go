// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/rootfs"
)

// exitError is the error of a command that ran and failed: "exit 3", or the
// signal that ended it, "SIGKILL".
type exitError string

func (e exitError) Error() string { return string(e) }

// sh runs in the directory of the case's modules, for insmod NAME.ko.
func (c commander) sh(ctx context.Context, args []string) outcome {
	if !rootfs.HasShell(c.world) {
		return outcome{err: rootfs.NoBusybox()}
	}
	out := &limitedBuffer{limit: rootfs.MaxOutput + 1}
	cmd := rootfs.Shell(ctx, c.world, args[0])
	if c.world.Exists(guest.CaseModules) {
		cmd.Dir = c.world.Inside(guest.CaseModules)
	}
	cmd.Stdout, cmd.Stderr = out, out
	err := exitStatus(cmd.Run())
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return outcome{output: guest.Clip(out.data, rootfs.MaxOutput), err: err, starts: true}
}

// inBackground returns a shell command that outlives the shell. It ends with its guest,
// which no other case gets; on other machines, see Agent.EndOthers.
func inBackground(command string) string {
	return "{ " + command + "\n} </dev/null >/dev/null 2>&1 &"
}

func exitStatus(err error) error {
	var exit *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrWaitDelay):
		return nil
	case !errors.As(err, &exit):
		return err
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return exitError(unix.SignalName(ws.Signal()))
	}
	return exitError("exit " + strconv.Itoa(exit.ExitCode()))
}

// limitedBuffer keeps the first limit bytes and swallows the rest. An error,
// such as that of a bounded.Writer, would end the command early.
type limitedBuffer struct {
	data  []byte
	limit int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	room := b.limit - len(b.data)
	b.data = append(b.data, p[:min(room, len(p))]...)
	return len(p), nil
}
