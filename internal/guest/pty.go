// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// pty is a pseudoterminal (pty(7), the UNIX 98 kind).
type pty struct {
	master, slave *os.File
}

func openPTY(files tree) (*pty, error) {
	master, err := os.OpenFile(files.path("/dev/ptmx"), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	slave, err := openSlave(files, master)
	if err != nil {
		master.Close()
		return nil, err
	}
	return &pty{master: master, slave: slave}, nil
}

func openSlave(files tree, master *os.File) (*os.File, error) {
	var number int
	err := control(master, func(fd int) (err error) {
		if err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN)
		return err
	})
	if err != nil {
		return nil, os.NewSyscallError("ioctl", err)
	}
	return os.OpenFile(files.path("/dev/pts/"+strconv.Itoa(number)), os.O_RDWR|unix.O_NOCTTY, 0)
}

func (p *pty) resize(size *unix.Winsize) error {
	return control(p.master, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size)
	})
}

// control runs f with the file's descriptor, which stays non-blocking, so that
// closing the file ends its reads.
func control(file *os.File, f func(fd int) error) error {
	raw, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}
