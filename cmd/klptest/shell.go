// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"
	"golang.org/x/term"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/rig"
)

func (a *app) shellCommand() *cobra.Command {
	var o rig.Options
	c := &cobra.Command{
		Use:   "shell [-- COMMAND]...",
		Short: "Open a shell in a guest, with the test modules at hand",
		Long: `Boot a guest and open a shell in it (busybox, from the host). The shipped
modules are in ` + guest.PutDir + `. With a command, run that and exit by its status.`,
		Example: `  klptest shell
  klptest shell --kernel debian:6.1 -- uname -r`,
		RunE: func(c *cobra.Command, args []string) error {
			return a.shell(c.Context(), o, args)
		},
	}
	machineFlags(c.Flags(), &o)
	return c
}

func (a *app) shell(ctx context.Context, o rig.Options, args []string) (err error) {
	if images.FindBusybox() == "" {
		return &blame.Error{Summary: "a shell needs a static busybox on the host", Advice: "apt-get install busybox-static"}
	}
	store, err := openCache()
	if err != nil {
		return err
	}
	o.Notice = a.notice
	r, err := rig.New(ctx, store, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	g, err := r.Guest(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	return a.attach(ctx, g.SSH, args)
}

// attach joins the terminal to a session in the guest until it ends.
func (a *app) attach(ctx context.Context, client *ssh.Client, args []string) error {
	s, err := client.NewSession()
	if err != nil {
		return err
	}
	defer s.Close()
	defer context.AfterFunc(ctx, func() { s.Close() })()
	s.Stdin, s.Stdout, s.Stderr = a.in, a.out, a.err
	if len(args) > 0 {
		return shellStatus(s.Run(shellQuote(args)))
	}
	if fd, tty := terminal(a.in); tty {
		restore, err := rawTerminal(s, fd)
		if err != nil {
			return err
		}
		defer restore()
	}
	if err := s.Shell(); err != nil {
		return err
	}
	return shellStatus(s.Wait())
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

// shellStatus hands the status of the guest's command on as ours.
func shellStatus(err error) error {
	var exit *ssh.ExitError
	if errors.As(err, &exit) {
		return verdicts(exit.ExitStatus())
	}
	return err
}
