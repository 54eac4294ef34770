// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/internal/patience"
)

// Machine is a machine to connect to.
type Machine struct {
	Options
	Program string               // klptest itself, which becomes the agent there
	Starved func() time.Duration // how long the machine has waited for a processor; nil: unknown
}

// lastWords is how long an exiting agent may take to report its error.
const lastWords = 2 * time.Second

// Connect starts the agent on the machine and opens a session with it. Closing the
// client ends the agent and the connection.
func (m *Machine) Connect(ctx context.Context) (*client.Client, error) {
	conn, err := m.dial(ctx)
	if err != nil {
		return nil, err
	}
	c, err := m.open(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// dial logs in.
func (m *Machine) dial(ctx context.Context) (line, error) {
	conn, err := dial(ctx, m.Options)
	return line{conn, m.Starved}, err
}

func (m *Machine) open(ctx context.Context, conn line) (*client.Client, error) {
	prefix, path, err := m.deploy(ctx, conn)
	if err != nil {
		return nil, err
	}
	s, err := begin(ctx, conn, prefix+path+" "+guest.StreamAgent)
	if err != nil {
		remove(ctx, conn, path)
		return nil, err
	}
	c, err := client.New(ctx, s, client.Time{Starved: m.Starved})
	if err != nil {
		remove(ctx, conn, path)
		return nil, m.notStarted(ctx, s, err)
	}
	s.conn = conn.Client
	return c, nil
}

// notStarted is the error for an agent that did not answer or cannot be used.
func (m *Machine) notStarted(ctx context.Context, s *stream, err error) error {
	if blame.Of(err) == blame.User || ctx.Err() != nil {
		return err // the agent's own error
	}
	why := s.lastWords()
	if why == "" {
		return err
	}
	return m.ended(why)
}

// ended is the error for an agent that exited and reported why.
func (m *Machine) ended(why string) error {
	switch {
	case strings.HasPrefix(why, "sudo: ") && strings.Contains(why, "password"): // it may only run true
		return withoutSudo(m.Target, said{err: why, status: 1})
	case strings.Contains(why, "Permission denied"):
		return blame.AdviseUserf("see whether /tmp there is mounted with noexec", "the agent cannot be started on %s: %s", m.Target, why)
	case strings.Contains(why, "virtio_console"):
		return blame.AdviseUserf("install the package with the rest of its kernel's modules; or boot the image yourself, and name the machine with --host",
			"the kernel of %s has no driver virtio_console, by which klptest reaches clones: %s", m.Target, why)
	}
	return &blame.Error{Party: blame.Rig, Summary: "the agent on " + m.Target.String() + " ended: " + why}
}

// stream is the agent's standard input and output.
type stream struct {
	io.Reader
	io.Writer
	conn    *ssh.Client // closed with the stream, unless nil
	session *ssh.Session
	errs    *complaints
	ended   chan struct{}
}

// begin starts a command and connects its streams. The owner of conn must close it after
// an error.
func begin(ctx context.Context, conn line, command string) (*stream, error) {
	ctx, cancel := patience.WithTimeoutCause(ctx, askLimit, conn.starved, blame.Rigf("the machine did not start a command within %v: %s", askLimit, command))
	defer cancel()
	return patience.Within(ctx, func() (*stream, error) { return start(conn.Client, command) })
}

// start is begin without a limit.
func start(conn *ssh.Client, command string) (*stream, error) {
	session, err := conn.NewSession()
	if err != nil {
		return nil, err
	}
	s := &stream{session: session, errs: &complaints{}, ended: make(chan struct{})}
	session.Stderr = s.errs
	in, err1 := session.StdinPipe()
	out, err2 := session.StdoutPipe()
	if err := errors.Join(err1, err2, session.Start(command)); err != nil {
		session.Close()
		return nil, err
	}
	s.Reader, s.Writer = out, in
	go func() {
		defer close(s.ended)
		_ = session.Wait() // its output tells more
	}()
	return s, nil
}

// Close ends the agent and its connection.
func (s *stream) Close() error {
	err := s.session.Close()
	if s.conn != nil {
		s.conn.Close()
	}
	return err
}

// lastWords is the last line of the agent's stderr.
func (s *stream) lastWords() string {
	select {
	case <-s.ended:
	case <-time.After(lastWords):
	}
	return said{err: s.errs.String()}.lastError()
}

// complaints keeps the end of a command's stderr.
type complaints struct {
	mu   sync.Mutex
	tail blame.Tail
}

func (c *complaints) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tail.Write(p)
}

func (c *complaints) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tail.String()
}
