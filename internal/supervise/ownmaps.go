// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ownMaps is the file that a process in a box may read although Landlock forbids
// it. No Landlock rule could allow only that: a rule is for one directory, and
// /proc/self is a different one in each process. With a rule for /proc, Landlock's
// ptrace check would still deny the maps, memory, environment and descriptors of
// processes outside, but not their command lines, status, limits or mounts.
//
// So the process waits in its open(2), and the supervisor opens the file for it.
// All other opens continue to Landlock. If the path changes after it was read, the
// result is still one of these two
// (Documentation/userspace-api/seccomp_filter.rst).
const ownMaps = "/proc/self/maps"

// askForMaps makes the supervisor at the other end of the line answer the opens of
// this thread, which must then become the command. If seccomp does not support
// that, no open is answered, and Landlock forbids the file.
func askForMaps(line *os.File) error {
	runtime.LockOSThread()
	fd, err := stopOpens()
	if err != nil {
		return nil
	}
	return unix.Sendmsg(int(line.Fd()), []byte{0}, unix.UnixRights(fd), nil, 0)
}

// opens is the descriptor for answering the plain opens of a box's processes.
type opens int

// receive reads the line until its other end is closed. It also returns the
// descriptor that may have been sent along.
func receive(line *os.File) (said string, from opens, err error) {
	from = -1
	c, err := net.FileConn(line)
	if err != nil {
		return "", from, err
	}
	defer c.Close()
	data, rights := make([]byte, maxAnswer), make([]byte, unix.CmsgSpace(4))
	for {
		n, control, _, _, err := c.(*net.UnixConn).ReadMsgUnix(data, rights)
		switch {
		case errors.Is(err, io.EOF):
			return said, from, nil
		case err != nil:
			return said, from, err
		case control > 0:
			if from, err = descriptor(rights[:control]); err != nil {
				return said, from, err
			}
		case len(said) < maxAnswer:
			said += string(data[:n])
		}
	}
}

func descriptor(rights []byte) (opens, error) {
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return -1, fmt.Errorf("%d messages: %w", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return -1, fmt.Errorf("%d descriptors: %w", len(fds), err)
	}
	return opens(fds[0]), nil
}

// answer answers opens until no process of the box is left.
func (o opens) answer() {
	if o < 0 {
		return
	}
	defer unix.Close(int(o))
	for o.wait() {
		var n seccompNotif
		_, err := ioctl(int(o), unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n))
		switch {
		case errors.Is(err, unix.ENOENT), errors.Is(err, unix.EINTR):
			continue // the process has ended, or a signal interrupted the wait
		case err != nil:
			return // then the opens fail
		}
		r := seccompResponse{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if n.wantsMaps() {
			if fd, err := o.give(&n); err == nil {
				r = seccompResponse{id: n.id, value: int64(fd)}
			}
		}
		_, _ = ioctl(int(o), unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)) // the process may have ended
	}
}

// wait waits for the next open, and reports whether there is one.
func (o opens) wait() bool {
	for {
		poll := []unix.PollFd{{Fd: int32(o), Events: unix.POLLIN}}
		if _, err := unix.Poll(poll, -1); !errors.Is(err, unix.EINTR) {
			return err == nil && poll[0].Revents&unix.POLLIN != 0
		}
	}
}

// wantsMaps reports whether the path of an open is ownMaps.
func (n *seccompNotif) wantsMaps() bool {
	path := make([]byte, len(ownMaps)+1)
	here := []unix.Iovec{{Base: &path[0]}}
	here[0].SetLen(len(path))
	there := []unix.RemoteIovec{{Base: uintptr(n.arguments[1]), Len: len(path)}}
	read, err := unix.ProcessVMReadv(int(n.pid), here, there, 0)
	return err == nil && string(path[:read]) == ownMaps+"\x00"
}

// give opens the maps of the requesting process, and returns its new descriptor.
func (o opens) give(n *seccompNotif) (int, error) {
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", n.pid))
	if err != nil {
		return -1, err
	}
	defer maps.Close()
	// While the process waits, its ID belongs to no other process.
	if _, err := ioctl(int(o), unix.SECCOMP_IOCTL_NOTIF_ID_VALID, unsafe.Pointer(&n.id)); err != nil {
		return -1, err
	}
	return ioctl(int(o), unix.SECCOMP_IOCTL_NOTIF_ADDFD, unsafe.Pointer(&seccompAddFD{id: n.id, fd: uint32(maps.Fd())}))
}
