// SPDX-License-Identifier: Apache-2.0

package qmp

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"syscall"
)

// message is anything that QEMU sends (docs/interop/qmp-spec.txt of QEMU).
type message struct {
	QMP   json.RawMessage `json:"QMP"`
	ID    string          `json:"id"`
	Error *struct {
		Class string `json:"class"`
		Desc  string `json:"desc"`
	} `json:"error"`
	Event
}

// read is the only reader of the connection, from the greeting to the end.
func (m *Monitor) read() {
	dec := json.NewDecoder(m.conn)
	for {
		var raw json.RawMessage
		err := dec.Decode(&raw)
		if err != nil {
			m.end(err)
			return
		}
		var msg message
		if err := json.Unmarshal(raw, &msg); err != nil {
			m.end(fmt.Errorf("QMP message: %w", err))
			return
		}
		m.deliver(msg, raw)
	}
}

func (m *Monitor) deliver(msg message, raw []byte) {
	switch {
	case msg.QMP != nil:
		m.greet()
	case msg.Event.Event != "":
		m.publish(msg.Event)
	case msg.Error != nil:
		m.answer(msg.ID, reply{err: fmt.Errorf("QMP: %s (%s)", msg.Error.Desc, msg.Error.Class)})
	default:
		m.answer(msg.ID, reply{raw: raw})
	}
}

func (m *Monitor) greet() {
	select {
	case <-m.greeting:
	default:
		close(m.greeting)
	}
}

// answer hands a reply to the command that waits for it, and drops a reply for
// which no command waits any more. An error without an id is about something
// that QEMU could not read, so every waiting command gets it.
func (m *Monitor) answer(id string, r reply) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for other, waiting := range m.waiting {
		if other == id || id == "" && r.err != nil {
			waiting <- r
			delete(m.waiting, other)
		}
	}
}

func (m *Monitor) publish(e Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, events := range m.readers {
		if len(events) == cap(events) {
			select {
			case <-events: // the oldest makes room
			default: // its reader was quicker
			}
		}
		events <- e // never blocks: nobody else sends
	}
}

func (m *Monitor) unsubscribe(events chan Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.readers, events); i >= 0 {
		m.readers = slices.Delete(m.readers, i, i+1)
		close(events)
	}
}

// end tells all readers that nothing more will come.
func (m *Monitor) end(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = fmt.Errorf("QMP: %w", err)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) {
		m.err = ErrGone
	}
	for _, events := range m.readers {
		close(events)
	}
	m.readers = nil
	close(m.done)
}
