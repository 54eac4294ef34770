// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"context"
	"encoding/binary"
	"net"
	"sync"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/agent"
)

// session is a session channel of RFC 4254, section 6. A client can ask for the
// agent's subsystem, a command or a shell, the latter two with or without a
// terminal.
type session struct {
	ssh.Channel
	server *sshd
	conn   net.Conn      // the connection that it is part of
	size   *unix.Winsize // nil: no terminal was asked for
	pty    *pty
	begun  bool
	ctx    context.Context // ends when the client goes
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func (s *sshd) session(conn net.Conn, ch ssh.Channel, requests <-chan *ssh.Request) {
	sess := &session{Channel: ch, server: s, conn: conn}
	sess.ctx, sess.cancel = context.WithCancel(context.Background())
	for req := range requests {
		serve, ok := sess.request(req)
		if req.WantReply {
			_ = req.Reply(ok, nil) // the client may be gone
		}
		if serve != nil { // after the reply, so that the session does not end before it
			sess.start(serve)
		}
	}
	sess.hangUp()
	sess.wg.Wait()
	ch.Close()
}

// request reports whether a request is granted, and what it starts, if
// anything.
func (s *session) request(req *ssh.Request) (serve func() int, ok bool) {
	switch req.Type {
	case "subsystem":
		if payloadString(req.Payload) == guest.Subsystem {
			return s.claim(s.serveAgent)
		}
	case "exec":
		line := payloadString(req.Payload)
		return s.claim(func() int { return s.shell(line) })
	case "shell":
		return s.claim(func() int { return s.shell("") })
	case "pty-req":
		var want struct {
			Term                       string
			Cols, Rows, XPixel, YPixel uint32
			Modes                      string
		}
		return nil, ssh.Unmarshal(req.Payload, &want) == nil && s.resize(want.Cols, want.Rows)
	case "window-change":
		var want struct{ Cols, Rows, XPixel, YPixel uint32 }
		return nil, ssh.Unmarshal(req.Payload, &want) == nil && s.resize(want.Cols, want.Rows)
	}
	return nil, false
}

// claim lets a session start only one thing.
func (s *session) claim(serve func() int) (func() int, bool) {
	if s.begun || !s.prepare() {
		return nil, false
	}
	s.begun = true
	return serve, true
}

// start runs the session's program, and sends its exit status.
func (s *session) start(serve func() int) {
	s.wg.Go(func() {
		status := binary.BigEndian.AppendUint32(nil, uint32(serve()))
		_, _ = s.SendRequest("exit-status", false, status) // the client may be gone
		s.Close()
	})
}

func (s *session) serveAgent() int {
	a := agent.New(s.server.kernel, s.server.files, s.server.world)
	if c, ok := s.conn.(interface{ Spin(bool) }); ok {
		a.StayAwake = c.Spin
	}
	if err := a.Serve(s); err != nil {
		s.server.complain("agent: %v", err)
		return 1
	}
	return 0
}

func payloadString(payload []byte) string {
	var p struct{ Text string }
	if ssh.Unmarshal(payload, &p) != nil {
		return ""
	}
	return p.Text
}
