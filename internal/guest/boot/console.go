// SPDX-License-Identifier: Apache-2.0

package boot

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest/rootfs"
)

// dropped are the capabilities with which root makes a new device node, or
// writes to a device without one.
var dropped = []uintptr{unix.CAP_MKNOD, unix.CAP_SYS_RAWIO}

// leaveConsole leaves the console to the kernel, because every line there
// counts as the kernel's. This process and its children write to the kernel's
// log instead, where a facility tells them apart; they have no other way to the
// console. PID 1 calls it.
func leaveConsole(files rootfs.Tree) error {
	err := errors.Join(redirect(files, "/dev/null", unix.O_RDONLY, 0), redirect(files, "/dev/kmsg", unix.O_WRONLY, 1, 2))
	for _, pattern := range []string{"/dev/console", "/dev/ttyS*"} {
		nodes, _ := filepath.Glob(files.Path(pattern))
		for _, node := range nodes {
			err = errors.Join(err, os.Remove(node))
		}
	}
	for _, capability := range dropped {
		if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, capability, 0); errno != 0 {
			err = errors.Join(err, os.NewSyscallError("prctl", errno))
		}
	}
	return err
}

func redirect(files rootfs.Tree, name string, flags int, to ...int) error {
	fd, err := unix.Open(files.Path(name), flags|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: name, Err: err}
	}
	for _, old := range to {
		err = errors.Join(err, unix.Dup3(fd, old, 0))
	}
	return errors.Join(err, unix.Close(fd))
}
