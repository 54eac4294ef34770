// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/crypto/ssh"
	"golang.org/x/term"

	"github.com/klptest/klptest/internal/shellword"
	"github.com/klptest/klptest/internal/terminal"
)

// Streams are the streams of a guest's user.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Attach connects the streams to a session in the guest until it ends, and returns the
// exit status there. It runs args or, without any, a shell, which has a terminal when In
// is one. sudo makes a command run as root; it is empty if the user is root.
//
// The end of ctx closes the connection: a guest that hangs does not confirm the end of a
// session, and everything else that uses the session waits for that.
func Attach(ctx context.Context, conn *ssh.Client, streams Streams, sudo string, args []string) (status int, err error) {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	status, err = attach(conn, streams, sudo, args)
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	return status, err
}

func attach(conn *ssh.Client, streams Streams, sudo string, args []string) (status int, err error) {
	s, err := conn.NewSession()
	if err != nil {
		return 0, err
	}
	defer s.Close()
	s.Stdin, s.Stdout, s.Stderr = streams.In, streams.Out, streams.Err
	if len(args) > 0 {
		return exitStatusOf(s.Run(commandLine(sudo, args)))
	}
	if fd, tty := terminal.Of(streams.In); tty {
		restore, err := rawTerminal(s, fd)
		if err != nil {
			return 0, err
		}
		defer restore()
	}
	start := s.Shell
	if sudo != "" {
		start = func() error { return s.Start(sudo + "-i") }
	}
	if err := start(); err != nil {
		return 0, err
	}
	return exitStatusOf(s.Wait())
}

// rawTerminal asks for a pty like the local terminal, follows its size, and
// hands each key to the guest.
func rawTerminal(s *ssh.Session, fd int) (restore func(), err error) {
	w, h, err := term.GetSize(fd)
	if err != nil {
		return nil, err
	}
	if err := s.RequestPty(os.Getenv("TERM"), h, w, ssh.TerminalModes{}); err != nil {
		return nil, err
	}
	old, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	go func() {
		for range resized {
			if w, h, err := term.GetSize(fd); err == nil {
				s.WindowChange(h, w)
			}
		}
	}()
	return func() {
		signal.Stop(resized)
		close(resized)
		term.Restore(fd, old)
	}, nil
}

// exitStatusOf extracts the exit status of a command in the guest from an error.
func exitStatusOf(err error) (int, error) {
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		return exit.ExitStatus(), nil
	}
	return 0, err
}

// commandLine returns what a shell in the guest is to run: one word is a command line of
// its own, as with ssh.
func commandLine(sudo string, args []string) string {
	line := shellword.Join(args)
	if len(args) == 1 {
		line = args[0]
	}
	if sudo == "" {
		return line
	}
	return sudo + shellword.Join([]string{"sh", "-c", line})
}
