// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest/rootfs"
)

const failedToRun = 127 // a shell's exit status for a command that it cannot run

// prepare opens the terminal, if one was requested: a later window-change needs
// it, and arrives while the shell runs.
func (s *session) prepare() bool {
	if s.size == nil {
		return true
	}
	p, err := openPTY(s.server.files)
	if err != nil {
		s.server.complain("terminal: %v", err)
		return false
	}
	s.pty = p
	return s.pty.resize(s.size) == nil
}

func (s *session) resize(cols, rows uint32) bool {
	s.size = &unix.Winsize{Col: uint16(min(cols, 0xffff)), Row: uint16(min(rows, 0xffff))}
	return s.pty == nil || s.pty.resize(s.size) == nil
}

// hangUp ends the session's program when its client goes away.
func (s *session) hangUp() {
	s.cancel()
	if s.pty != nil {
		s.pty.master.Close()
	}
}

// shell runs a shell on the session, or a line of one, and returns its exit status.
func (s *session) shell(line string) int {
	files := s.server.world
	if !rootfs.HasShell(files) {
		fmt.Fprintln(s.Stderr(), rootfs.NoBusybox())
		return failedToRun
	}
	cmd := rootfs.Login(s.ctx, files)
	if line != "" {
		cmd = rootfs.Shell(s.ctx, files, line)
	}
	if s.pty != nil {
		return shellStatus(s.runOnPTY(cmd))
	}
	return shellStatus(s.runPlain(cmd))
}

func (s *session) runPlain(cmd *exec.Cmd) error {
	cmd.Stdout, cmd.Stderr = s, s.Stderr()
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	go func() { // not cmd.Stdin: Wait would wait for the client's end of file
		_, _ = io.Copy(in, s)
		in.Close()
	}()
	return cmd.Run()
}

func (s *session) runOnPTY(cmd *exec.Cmd) error {
	defer s.pty.master.Close()
	tty := s.pty.slave
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err := cmd.Start()
	tty.Close() // only the shell holds it now, so the shell's end is the end of file
	if err != nil {
		return err
	}
	go func() { _, _ = io.Copy(s.pty.master, s) }()
	_, _ = io.Copy(s, s.pty.master) // ends with EIO, or with the session
	return cmd.Wait()
}

func shellStatus(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		return failedToRun
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return exit.ExitCode()
}
