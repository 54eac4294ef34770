// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

const (
	busyboxPath = "/bin/busybox"
	leftBehind  = 2 * time.Second // how long a process that outlives the command may keep its output open
)

// exitError is a command that ran and failed: "exit 3", or the signal that
// ended it, "SIGKILL".
type exitError string

func (e exitError) Error() string { return string(e) }

// sh runs where the modules of the case lie, for insmod NAME.ko.
func (c commander) sh(ctx context.Context, args []string) outcome {
	if !c.world.exists(busyboxPath) {
		return outcome{err: noBusybox()}
	}
	out := &limitedBuffer{limit: maxOutput + 1}
	cmd := busyboxCommand(ctx, c.world, "sh", "-c", args[0])
	if c.world.exists(PutDir) {
		cmd.Dir = c.world.inside(PutDir)
	}
	cmd.Stdout, cmd.Stderr = out, out
	err := exitStatus(cmd.Run())
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return outcome{output: clip(out.data, maxOutput), err: err, starts: true}
}

// inBackground is a shell's command that goes on when the shell has ended. It
// ends with its guest, which no other case gets.
func inBackground(command string) string {
	return "{ " + command + "\n} </dev/null >/dev/null 2>&1 &"
}

// busyboxCommand runs in a process group of its own, which ends with ctx.
func busyboxCommand(ctx context.Context, files tree, args ...string) *exec.Cmd {
	installApplets(files)
	cmd := exec.CommandContext(ctx, files.path(busyboxPath), args...)
	cmd.Env = environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	files.enter(cmd)
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	cmd.WaitDelay = leftBehind
	return cmd
}

// installApplets links busybox's commands once, when they are first needed:
// it takes longer than all else that a guest does at boot.
func installApplets(files tree) {
	if !files.exists("/bin/sh") {
		cmd := exec.Command(files.path(busyboxPath), "--install", "-s", files.inside("/bin"))
		cmd.SysProcAttr = &syscall.SysProcAttr{}
		files.enter(cmd)
		_ = cmd.Run() // without the links the shell still runs, and says itself what it lacks
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
	data  []byte
	limit int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	room := b.limit - len(b.data)
	b.data = append(b.data, p[:min(room, len(p))]...)
	return len(p), nil
}
