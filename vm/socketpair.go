// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// socketPair is a connection whose other end QEMU inherits: it needs neither
// a path nor a port, and nobody else can connect to it.
func socketPair(name string) (ours net.Conn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket pair for QEMU's %s: %w", name, err)
	}
	theirs = os.NewFile(uintptr(fds[1]), name)
	file := os.NewFile(uintptr(fds[0]), name)
	defer file.Close()
	ours, err = net.FileConn(file)
	if err != nil {
		theirs.Close()
		return nil, nil, fmt.Errorf("socket pair for QEMU's %s: %w", name, err)
	}
	return ours, theirs, nil
}
