// SPDX-License-Identifier: Apache-2.0

package qmp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	goqemu "github.com/digitalocean/go-qemu/qmp"
	"github.com/digitalocean/go-qemu/qmp/raw"
	"golang.org/x/sys/unix"
)

// ErrGone says that QEMU's end of the connection is closed: QEMU exited.
var ErrGone = errors.New("QEMU is gone")

const (
	limit      = time.Minute // of every command; a busy host may be slow to start QEMU
	eventQueue = 64          // events by which a slow reader may lag
)

// Event is a message that QEMU sends on its own.
type Event = goqemu.Event

// Monitor is our end of a QMP connection. Commands may run at the same time:
// replies are matched by ID. No command takes longer than a minute.
type Monitor struct {
	conn     net.Conn
	greeting chan struct{} // closed when the greeting has arrived
	done     chan struct{} // closed when nothing more will come

	write   sync.Mutex // one command at a time on the wire
	mu      sync.Mutex // guards what follows
	lastID  int
	waiting map[string]chan<- reply
	readers []chan Event
	err     error // why done is closed
}

type reply struct {
	raw []byte
	err error
}

// New makes a monitor that reads from conn until conn ends. Call Connect before
// the first command, and Disconnect, which closes conn, in the end.
func New(conn net.Conn) *Monitor {
	m := &Monitor{
		conn:     conn,
		greeting: make(chan struct{}),
		done:     make(chan struct{}),
		waiting:  make(map[string]chan<- reply),
	}
	go m.read()
	return m
}

// Connect waits for QEMU's greeting and negotiates capabilities.
func (m *Monitor) Connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case <-m.greeting:
	case <-m.done:
		return m.reason()
	case <-ctx.Done():
		return fmt.Errorf("QMP greeting: %w", context.Cause(ctx))
	}
	_, err := m.Run(ctx, []byte(`{"execute":"qmp_capabilities"}`))
	return err
}

// Disconnect closes the connection and waits for its reader.
func (m *Monitor) Disconnect() error {
	err := m.conn.Close()
	<-m.done
	if errors.Is(err, net.ErrClosed) { // after a command that could not be sent
		return nil
	}
	return err
}

// Events returns the events from now on, until the connection ends or ctx is
// done. A reader that falls behind loses the oldest ones.
func (m *Monitor) Events(ctx context.Context) (<-chan Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	events := make(chan Event, eventQueue)
	m.readers = append(m.readers, events)
	context.AfterFunc(ctx, func() { m.unsubscribe(events) })
	return events, nil
}

// Run sends a command, a JSON object, and returns the whole reply. It returns
// an error if QEMU refuses, and ErrGone if QEMU ends.
func (m *Monitor) Run(ctx context.Context, command []byte) ([]byte, error) {
	return m.RunPassing(ctx, command, nil)
}

// RunPassing is Run for a command that passes a file to QEMU; nil: none. To
// pass a file, the connection must be a Unix socket.
func (m *Monitor) RunPassing(ctx context.Context, command []byte, file *os.File) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(command, &fields); err != nil {
		return nil, fmt.Errorf("QMP command: %w", err)
	}
	id, answer, err := m.expect()
	if err != nil {
		return nil, err
	}
	defer m.forget(id)
	fields["id"] = json.RawMessage(strconv.Quote(id))
	if err := m.send(ctx, fields, file); err != nil {
		return nil, fmt.Errorf("QMP command %s: %w", fields["execute"], err)
	}
	select {
	case r := <-answer:
		return r.raw, r.err
	case <-m.done:
		select {
		case r := <-answer: // the last thing that QEMU said
			return r.raw, r.err
		default:
			return nil, m.reason()
		}
	case <-ctx.Done():
		return nil, fmt.Errorf("QMP command %s: no answer: %w", fields["execute"], context.Cause(ctx))
	}
}

func (m *Monitor) expect() (string, <-chan reply, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return "", nil, m.err
	}
	m.lastID++
	id, answer := strconv.Itoa(m.lastID), make(chan reply, 1)
	m.waiting[id] = answer
	return id, answer, nil
}

func (m *Monitor) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.waiting, id)
}

// send writes a command. A partial command makes the stream useless, so a
// failed write ends the connection.
func (m *Monitor) send(ctx context.Context, command any, file *os.File) error {
	line, err := json.Marshal(command)
	if err != nil {
		return err
	}
	m.write.Lock()
	defer m.write.Unlock()
	stop := context.AfterFunc(ctx, func() { m.conn.SetWriteDeadline(time.Unix(1, 0)) })
	err = write(m.conn, append(line, '\n'), file)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		m.conn.Close()
	}
	return err
}

// write writes a line and, with it, a file (unix(7), SCM_RIGHTS).
func write(conn net.Conn, line []byte, file *os.File) error {
	if file == nil {
		_, err := conn.Write(line)
		return err
	}
	socket, ok := conn.(*net.UnixConn)
	if !ok {
		return errors.New("no file can be passed over this connection")
	}
	_, _, err := socket.WriteMsgUnix(line, unix.UnixRights(int(file.Fd())), nil)
	return err
}

func (m *Monitor) reason() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// Typed returns go-qemu's typed calls over m. ctx limits each of them.
func (m *Monitor) Typed(ctx context.Context) *raw.Monitor { return raw.NewMonitor(bound{m, ctx}) }

// bound is a monitor with a context for calls that take none.
type bound struct {
	*Monitor
	ctx context.Context
}

var _ goqemu.Monitor = bound{}

func (b bound) Connect() error { return b.Monitor.Connect(b.ctx) }

func (b bound) Run(command []byte) ([]byte, error) { return b.Monitor.Run(b.ctx, command) }
