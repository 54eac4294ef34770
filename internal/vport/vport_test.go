// SPDX-License-Identifier: Apache-2.0

package vport

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// addPort makes a port as it appears in sysfs.
func addPort(t *testing.T, root, device, name string) {
	t.Helper()
	dir := filepath.Join(root, "sys/class/virtio-ports", device)
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "name"), []byte(name+"\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func TestListenFindsItsPort(t *testing.T) {
	root := t.TempDir()
	addPort(t, root, "vport0p1", "somebody.else")
	synctest.Test(t, func(t *testing.T) {
		if _, err := Listen(root, time.Second); err == nil || !strings.Contains(err.Error(), "virtio_console") {
			t.Errorf("error %v", err)
		}
		go func() {
			time.Sleep(time.Second)
			addPort(t, root, "vport1p1", Name)
		}()
		l, err := Listen(root, 2*time.Second)
		if err != nil || l.Addr().String() != filepath.Join(root, "dev/vport1p1") {
			t.Fatalf("%v, %v", l, err)
		}
	})
}

// TestCloseEndsAccept: while a connection is open, Accept waits for its end.
func TestCloseEndsAccept(t *testing.T) {
	root := t.TempDir()
	addPort(t, root, "vport0p1", Name)
	l, err := Listen(root, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Accept(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a device: %v", err)
	}
	<-l.free // as with an open connection
	done := make(chan error, 1)
	go func() {
		_, err := l.Accept()
		done <- err
	}()
	l.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("error %v", err)
	}
}

// TestHangUpEndsAWrite: a write that waits for the host ends when a read sees that
// the host has hung up.
func TestHangUpEndsAWrite(t *testing.T) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fds[1])
	c := &conn{File: os.NewFile(uintptr(fds[0]), "port"), free: make(chan struct{}, 1)}
	defer c.Close()
	written := make(chan error, 1)
	go func() {
		_, err := c.Write(make([]byte, 16<<20)) // more than the socket accepts
		written <- err
	}()
	if err := unix.Shutdown(fds[1], unix.SHUT_WR); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("read: %v", err)
	}
	if err := <-written; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("write: %v", err)
	}
}
