// SPDX-License-Identifier: Apache-2.0

package vm

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

	"github.com/digitalocean/go-qemu/qmp"
	"golang.org/x/sys/unix"
)

// errGone says that QEMU's end of the QMP connection is closed: QEMU exited.
var errGone = errors.New("QEMU is gone")

const (
	qmpLimit   = time.Minute // of a command whose caller sets none; a busy host may be slow to start QEMU
	eventQueue = 64          // events that a slow reader may be behind by
)

// monitor is a qmp.Monitor over any connection. Commands may run at the same
// time, replies find their command by its id, and neither an unread event nor
// a late reply holds anything up.
type monitor struct {
	conn     net.Conn
	greeting chan struct{} // closed when the greeting has come
	done     chan struct{} // closed when nothing more will come

	write   sync.Mutex // one command at a time on the wire
	mu      sync.Mutex // guards what follows
	lastID  int
	waiting map[string]chan<- reply
	readers []chan qmp.Event
	err     error // why done is closed
}

var _ qmp.Monitor = (*monitor)(nil)

type reply struct {
	raw []byte
	err error
}

// newMonitor reads from conn until it ends. Disconnect closes conn.
func newMonitor(conn net.Conn) *monitor {
	m := &monitor{
		conn:     conn,
		greeting: make(chan struct{}),
		done:     make(chan struct{}),
		waiting:  make(map[string]chan<- reply),
	}
	go m.read()
	return m
}

// Connect negotiates capabilities within the default limit.
func (m *monitor) Connect() error { return m.connect(context.Background()) }

func (m *monitor) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, qmpLimit)
	defer cancel()
	select {
	case <-m.greeting:
	case <-m.done:
		return m.reason()
	case <-ctx.Done():
		return fmt.Errorf("QMP greeting: %w", context.Cause(ctx))
	}
	_, err := m.run(ctx, []byte(`{"execute":"qmp_capabilities"}`))
	return err
}

// Disconnect closes the connection and waits for its reader.
func (m *monitor) Disconnect() error {
	err := m.conn.Close()
	<-m.done
	return err
}

// Events gives the events from now on, until the connection ends or ctx is
// done. A reader that falls behind loses the oldest ones.
func (m *monitor) Events(ctx context.Context) (<-chan qmp.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	events := make(chan qmp.Event, eventQueue)
	m.readers = append(m.readers, events)
	context.AfterFunc(ctx, func() { m.unsubscribe(events) })
	return events, nil
}

// Run sends a command and returns the whole reply, within the default limit.
func (m *monitor) Run(command []byte) ([]byte, error) {
	return m.run(context.Background(), command)
}

func (m *monitor) run(ctx context.Context, command []byte) ([]byte, error) {
	return m.runPassing(ctx, command, nil)
}

// runPassing is run for a command that passes a file to QEMU; nil: none.
func (m *monitor) runPassing(ctx context.Context, command []byte, file *os.File) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, qmpLimit)
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

func (m *monitor) expect() (string, <-chan reply, error) {
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

func (m *monitor) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.waiting, id)
}

// send writes a command. One that was cut short leaves the stream useless,
// so a failed write ends the connection.
func (m *monitor) send(ctx context.Context, command any, file *os.File) error {
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

func (m *monitor) reason() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// within is m with ctx as the limit of each command, for go-qemu's typed
// calls, which take none.
func (m *monitor) within(ctx context.Context) qmp.Monitor { return boundMonitor{m, ctx} }

type boundMonitor struct {
	*monitor
	ctx context.Context
}

func (b boundMonitor) Run(command []byte) ([]byte, error) { return b.run(b.ctx, command) }
