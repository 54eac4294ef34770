// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"context"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
)

// leftBehind is how long a process that outlives its command may keep the
// output open.
const leftBehind = 2 * time.Second

// The shells of a machine whose files are not klptest's.
const (
	systemShell = "/bin/sh"
	bash        = "/bin/bash"
)

// HasShell reports whether there is a shell for commands.
func HasShell(files Tree) bool { return files.Exists(guest.Busybox) || files.Exists(systemShell) }

// Shell is like Command, for a line of a shell: busybox's or, without busybox, the
// system's.
func Shell(ctx context.Context, files Tree, line string) *exec.Cmd {
	if files.Exists(guest.Busybox) {
		return Command(ctx, files, "sh", "-c", line)
	}
	return command(ctx, files, systemShell, "-c", line)
}

// Login is like Shell, for a person: it prefers bash to a system's small shell.
func Login(ctx context.Context, files Tree) *exec.Cmd {
	switch {
	case files.Exists(guest.Busybox):
		return Command(ctx, files, "sh", "-l")
	case files.Exists(bash):
		return command(ctx, files, bash, "-l")
	}
	return command(ctx, files, systemShell, "-l")
}

// Command runs busybox in its own process group, which ends with ctx.
func Command(ctx context.Context, files Tree, args ...string) *exec.Cmd {
	installApplets(files)
	return command(ctx, files, guest.Busybox, args...)
}

func command(ctx context.Context, files Tree, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, files.Path(program), args...)
	cmd.Env = Environment()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	files.enter(cmd, program)
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGKILL) }
	cmd.WaitDelay = leftBehind
	return cmd
}

// installApplets links busybox's commands once, when they are first needed: that takes
// longer than everything else at boot.
func installApplets(files Tree) {
	if !files.Exists("/bin/sh") {
		cmd := exec.Command(files.Path(guest.Busybox), "--install", "-s", files.Inside("/bin"))
		cmd.SysProcAttr = &syscall.SysProcAttr{}
		files.enter(cmd, guest.Busybox)
		_ = cmd.Run() // without the links the shell still runs, and reports missing commands itself
	}
}

// NoBusybox returns the error of a guest without a shell.
func NoBusybox() error {
	return &blame.Error{
		Party:   blame.Rig,
		Summary: "no busybox in this guest",
		Advice:  "install it on the host; the next guest will have it: apt-get install busybox-static",
	}
}

// Environment returns the environment of each process in the guest.
func Environment() []string {
	return []string{"PATH=/bin:/sbin:/usr/bin:/usr/sbin", "HOME=/", "TERM=linux"}
}
