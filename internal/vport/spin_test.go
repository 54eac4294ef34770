// SPDX-License-Identifier: Apache-2.0

package vport

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestSpin: data arrives whether a read sleeps or spins, and whenever that changes. A
// spinning read keeps a processor busy; a sleeping one does not.
func TestSpin(t *testing.T) {
	c, host := spinner(t)
	got := make(chan byte)
	go func() {
		defer close(got)
		for b := make([]byte, 1); ; {
			if _, err := c.Read(b); err != nil {
				return
			}
			got <- b[0]
		}
	}()
	for i := range byte(50) {
		c.Spin(i%2 == 0)
		if i%3 == 0 {
			time.Sleep(time.Millisecond) // until the read spins or sleeps
		}
		if _, err := host.Write([]byte{i}); err != nil {
			t.Fatal(err)
		}
		if b := <-got; b != i {
			t.Fatalf("read %d, want %d", b, i)
		}
	}
	for _, on := range []bool{true, false} {
		c.Spin(on)
		time.Sleep(10 * time.Millisecond)
		before := processorTime(t)
		time.Sleep(100 * time.Millisecond)
		if used := processorTime(t) - before; on == (used < 10*time.Millisecond) {
			t.Errorf("spin %t: %v of processor time", on, used)
		}
	}
}

// TestSpinEnds: a spinning read ends like any other.
func TestSpinEnds(t *testing.T) {
	c, host := spinner(t)
	c.Spin(true)
	host.Close()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the host has hung up: %v", err)
	}
	c, _ = spinner(t)
	c.Spin(true)
	time.AfterFunc(10*time.Millisecond, func() { c.Close() })
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func spinner(t *testing.T) (c *conn, host *os.File) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	c = &conn{File: os.NewFile(uintptr(fds[0]), "port"), free: make(chan struct{}, 2)}
	host = os.NewFile(uintptr(fds[1]), "host")
	t.Cleanup(func() { c.Close(); host.Close() })
	return c, host
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var use unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
