// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/patience"
)

// Connect opens a session with the agent over an SSH connection. A kernel
// without livepatch support is the user's error (see package blame).
//
// The session ends with ctx. A goroutine may then still wait for the guest; it
// ends when the owner of conn closes it.
func Connect(ctx context.Context, conn *ssh.Client, t Time) (*Client, error) {
	ctx, cancel := patience.WithTimeoutCause(ctx, grace, t.Starved,
		blame.Rigf("the guest did not open a session with its agent in %v", grace))
	defer cancel()
	rw, err := patience.Within(ctx, func() (*sessionPipe, error) { return openSession(conn) })
	switch {
	case err == nil:
		return New(ctx, rw, t)
	case ctx.Err() != nil:
		return nil, err
	}
	return nil, fmt.Errorf("opening a session with the guest's agent: %w", err)
}

// sessionPipe is an SSH session as one stream.
type sessionPipe struct {
	io.Reader
	io.Writer
	session *ssh.Session
}

func (p *sessionPipe) Close() error { return p.session.Close() }

func openSession(conn *ssh.Client) (*sessionPipe, error) {
	session, err := conn.NewSession()
	if err != nil {
		return nil, err
	}
	in, err1 := session.StdinPipe()
	out, err2 := session.StdoutPipe()
	if err := errors.Join(err1, err2, session.RequestSubsystem(guest.Subsystem)); err != nil {
		session.Close()
		return nil, err
	}
	return &sessionPipe{Reader: out, Writer: in, session: session}, nil
}
