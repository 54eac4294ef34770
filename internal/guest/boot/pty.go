// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest/rootfs"
)

// pty is a pseudoterminal (pty(7), the UNIX 98 kind).
type pty struct {
	master, slave *os.File
}

func openPTY(files rootfs.Tree) (*pty, error) {
	master, err := os.OpenFile(files.Path("/dev/ptmx"), os.O_RDWR|unix.O_NOCTTY, 0)
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

func openSlave(files rootfs.Tree, master *os.File) (*os.File, error) {
	var number int
	err := rootfs.Control(master, func(fd int) (err error) {
		if err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN)
		return err
	})
	if err != nil {
		return nil, os.NewSyscallError("ioctl", err)
	}
	return os.OpenFile(files.Path("/dev/pts/"+strconv.Itoa(number)), os.O_RDWR|unix.O_NOCTTY, 0)
}

func (p *pty) resize(size *unix.Winsize) error {
	return rootfs.Control(p.master, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, size)
	})
}
