// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"net"
	"os"
	"sync"
)

// portChanged is the event of a guest's program that opens or closes its end
// of a port. Within a second after one, QEMU holds back the next.
const portChanged = "VSERPORT_CHANGE"

// link is our end of the port to the guest's agent. There is one for the life
// of a machine: QEMU cannot be given another.
type link struct {
	net.Conn
	hangUp sync.Once
	closed chan struct{} // when Close has been called
	over   chan struct{} // closed when the guest has noticed that
	err    error         // of Close
}

// openLink makes the link and returns QEMU's end of it, or nil without keys.
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
	return theirs, nil
}

// Close hangs up. Further calls return what the first one did.
func (l *link) Close() error {
	l.hangUp.Do(func() {
		close(l.closed)
		l.err = l.Conn.Close()
	})
	return l.err
}

// watchLink waits for the guest to close its end after we have closed ours. At
// any other time the guest closes it only when its agent dies.
func (v *VM) watchLink() error {
	if v.link == nil {
		return nil
	}
	events, err := v.monitor.Events(context.Background())
	if err != nil {
		return err
	}
	go func() { // ends with the monitor at the latest
		for e := range events {
			if e.Event == portChanged && isClosed(v.link.closed) {
				close(v.link.over)
				return
			}
		}
	}()
	return nil
}
