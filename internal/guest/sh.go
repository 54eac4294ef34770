// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

const busyboxPath = "/bin/busybox"

// exitError is a command that ran and failed: "exit 3", or the signal that
// ended it, "SIGKILL".
type exitError string

func (e exitError) Error() string { return string(e) }

func (c commander) sh(ctx context.Context, args []string) outcome {
	if !c.files.exists(busyboxPath) {
		return outcome{err: noBusybox()}
	}
	installApplets(c.files)
	cmd := exec.CommandContext(ctx, c.files.path(busyboxPath), "sh", "-c", args[0])
	out := &limitedBuffer{limit: maxOutput + 1}
	cmd.Stdout, cmd.Stderr, cmd.Env = out, out, environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	cmd.WaitDelay = 100 * time.Millisecond // a process left behind may keep the output open
	err := exitStatus(cmd.Run())
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return outcome{output: clip(out.Bytes(), maxOutput), err: err, starts: true}
}

// installApplets links busybox's commands once, when they are first needed:
// it takes longer than all else that a guest does at boot.
func installApplets(files tree) {
	if !files.exists("/bin/sh") {
		// Without the links the shell still runs, and says itself what it lacks.
		_ = exec.Command(files.path(busyboxPath), "--install", "-s", files.path("/bin")).Run()
	}
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

func noBusybox() error {
	return &blame.Error{
		Party:   blame.Rig,
		Summary: "no busybox in this guest",
		Advice:  "install it on the host, and the next guest has it: apt-get install busybox-static",
	}
}

func environment() []string {
	return []string{"PATH=/bin:/sbin:/usr/bin:/usr/sbin", "HOME=/", "TERM=linux"}
}

// limitedBuffer keeps the first limit bytes and swallows the rest.
type limitedBuffer struct {
	bytes.Buffer
	limit int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); room < len(p) {
		b.Buffer.Write(p[:max(room, 0)])
		return len(p), nil
	}
	return b.Buffer.Write(p)
}
