// SPDX-License-Identifier: Apache-2.0

package vport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Name is QEMU's name for the agent's port.
const Name = "klptest"

// pause is the interval for checking for the port, whose driver probes in parallel.
const pause = time.Millisecond

// ProbeLimit is how long to wait for the port where there should be one. It takes
// milliseconds, and on a busy host seconds.
const ProbeLimit = 10 * time.Second

// Listener accepts one connection at a time: the driver lets only one process open
// the port (drivers/char/virtio_console.c, port_fops_open).
type Listener struct {
	path   string
	free   chan struct{} // holds a token while no connection is open
	closed chan struct{}
	once   sync.Once
}

// Listen waits up to limit for the port below root, which is "/" in a guest.
func Listen(root string, limit time.Duration) (*Listener, error) {
	for end := time.Now().Add(limit); ; time.Sleep(pause) {
		if device := find(root); device != "" {
			l := &Listener{path: filepath.Join(root, "dev", device), free: make(chan struct{}, 1), closed: make(chan struct{})}
			l.free <- struct{}{}
			return l, nil
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("no virtio port %s in %v: is the driver virtio_console missing?", Name, limit)
		}
	}
}

// find returns the name of the port's device, or "".
func find(root string) string {
	names, _ := filepath.Glob(filepath.Join(root, "sys/class/virtio-ports/*/name"))
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil && strings.TrimSpace(string(text)) == Name {
			return filepath.Base(filepath.Dir(name))
		}
	}
	return ""
}

// Accept waits until the previous connection is closed and the host connects.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case <-l.free:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	f, err := os.OpenFile(l.path, os.O_RDWR|unix.O_NONBLOCK, 0)
	if err != nil {
		l.free <- struct{}{}
		return nil, err
	}
	c := &conn{File: f, free: l.free}
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-l.closed:
			f.Close()
		case <-stop:
		}
	}()
	if err := c.awaitHost(); err != nil {
		c.Close()
		if errors.Is(err, os.ErrClosed) {
			err = net.ErrClosed
		}
		return nil, err
	}
	return c, nil
}

// Close ends a waiting Accept. It does not close the open connection, which
// belongs to its owner.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr returns the path of the port.
func (l *Listener) Addr() net.Addr { return addr(l.path) }

// conn is the open port. When the host has hung up, its read returns 0, and so io.EOF.
type conn struct {
	*os.File
	free chan<- struct{}
	once sync.Once
	spin atomic.Bool
}

// awaitHost waits until the host's end is open. Until then the port reports
// POLLHUP; then it wakes waiting tasks (port_fops_poll, handle_control_message).
func (c *conn) awaitHost() error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Write(func(fd uintptr) bool {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		_, err := unix.Poll(fds, 0)
		return err == nil && fds[0].Revents&unix.POLLHUP == 0
	})
}

// Read also ends pending writes if the host has hung up. The driver makes a write
// wait until the host is back (will_write_block); SSH holds a lock during a write,
// so it would wait as well, and never close the port.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.read(p)
	if errors.Is(err, io.EOF) {
		_ = c.SetWriteDeadline(time.Unix(1, 0)) // fails for a closed file
	}
	return n, err
}

// Close also drops unread input, which belongs to this connection.
func (c *conn) Close() error {
	err := c.File.Close()
	c.once.Do(func() { c.free <- struct{}{} })
	return err
}

func (c *conn) LocalAddr() net.Addr  { return addr(c.Name()) }
func (c *conn) RemoteAddr() net.Addr { return addr("host") }

type addr string

func (addr) Network() string  { return "virtio" }
func (a addr) String() string { return string(a) }
