// SPDX-License-Identifier: Apache-2.0

package vport

import (
	"errors"
	"io"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// Spin makes reads ask for data again and again instead of sleeping, or ends that: the
// processor is not idle then.
func (c *conn) Spin(on bool) {
	c.spin.Store(on)
	if on {
		_ = c.SetReadDeadline(time.Unix(1, 0)) // wakes a read that sleeps; fails for a file that is closed
	}
}

func (c *conn) read(p []byte) (int, error) {
	for {
		for c.spin.Load() {
			if n, err := c.poll(p); !errors.Is(err, unix.EAGAIN) {
				return n, err
			}
			runtime.Gosched() // whoever answers may still be about to
		}
		n, err := c.File.Read(p)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if err := c.SetReadDeadline(time.Time{}); err != nil { // before the next look at spin, which may be on again
			return 0, err
		}
	}
}

// poll reads what is there. Without data its error is EAGAIN.
func (c *conn) poll(p []byte) (n int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	if e := raw.Control(func(fd uintptr) { n, err = unix.Read(int(fd), p) }); e != nil {
		return 0, os.ErrClosed // it has no other error
	}
	switch {
	case errors.Is(err, unix.EINTR):
		return 0, unix.EAGAIN
	case err != nil:
		return 0, err
	case n == 0 && len(p) > 0:
		return 0, io.EOF
	}
	return n, nil
}
