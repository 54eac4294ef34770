// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"net"
	"os"
	"sync"
	"sync/atomic"

	"github.com/klptest/klptest/vm/qmp"
)

// portChanged is the event that a program in the guest has opened or closed its end of a
// port. Within a second of one event, QEMU holds back the next.
const portChanged = "VSERPORT_CHANGE"

// link is our end of the port to the guest's agent. There is one for the life
// of a machine: QEMU cannot be given another.
type link struct {
	net.Conn
	heard  atomic.Bool // the guest has sent something, so its end was open
	hangUp sync.Once
	closed chan struct{} // closed by Close
	over   chan struct{} // closed when the guest has noticed Close
	err    error         // of Close
}

// openLink makes the link and returns QEMU's end of it, or nil without keys. No event
// about it can have arrived yet.
func (v *VM) openLink() (*os.File, error) {
	if v.config.Keys == nil {
		return nil, nil
	}
	ours, theirs, err := socketPair("agent")
	if err != nil {
		return nil, err
	}
	v.link = &link{Conn: ours, closed: make(chan struct{}), over: make(chan struct{})}
	v.cleanup.add(v.link.Close)
	events, err := v.monitor.Events(context.Background())
	if err != nil {
		theirs.Close()
		return nil, err
	}
	go v.link.follow(events) // ends with the monitor at the latest
	return theirs, nil
}

func (l *link) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if n > 0 {
		l.heard.Store(true)
	}
	return n, err
}

// Close hangs up. Further calls return the result of the first.
func (l *link) Close() error {
	l.hangUp.Do(func() {
		close(l.closed)
		l.err = l.Conn.Close()
	})
	return l.err
}

// follow waits for the guest to close its end after we have closed ours. If the guest
// closes its end first, its agent has died. QEMU's end of our socket stays open then, so
// only the event shows it.
func (l *link) follow(events <-chan qmp.Event) {
	for e := range events {
		switch open, told := e.Data["open"].(bool); {
		case e.Event != portChanged:
		case isClosed(l.closed):
			close(l.over)
			return
		case told && !open && l.heard.Load():
			l.endInput()
		}
	}
}

// endInput ends the input after what the guest has already sent.
func (l *link) endInput() {
	if socket, ok := l.Conn.(interface{ CloseRead() error }); ok {
		_ = socket.CloseRead() // it fails when the connection has ended
	}
}
