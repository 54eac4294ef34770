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

// Spin makes reads poll for data instead of sleeping, so that the processor is not
// idle, or ends that.
func (c *conn) Spin(on bool) {
	c.spin.Store(on)
	if on {
		_ = c.SetReadDeadline(time.Unix(1, 0)) // wakes a sleeping read; fails for a closed file
	}
}

func (c *conn) read(p []byte) (int, error) {
	for {
		for c.spin.Load() {
			if n, err := c.poll(p); !errors.Is(err, unix.EAGAIN) {
				return n, err
			}
			runtime.Gosched() // the goroutine that answers may have yet to run
		}
		n, err := c.File.Read(p)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if err := c.SetReadDeadline(time.Time{}); err != nil { // before spin, which may be on again, is checked
			return 0, err
		}
	}
}

// poll reads available data. Without data its error is EAGAIN.
func (c *conn) poll(p []byte) (n int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	if e := raw.Control(func(fd uintptr) { n, err = unix.Read(int(fd), p) }); e != nil {
		return 0, os.ErrClosed // there is no other error
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
