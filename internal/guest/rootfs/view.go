// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"os"
	"os/exec"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
)

// CaseView is the file system as a case sees and changes it: PID 1's, by way
// of the agent's own /proc.
const CaseView Tree = "/proc/1/root"

// OwnView gives the agent mounts of its own, as they are now: what it reads at
// the end of a case is not what the case has mounted over it. They are in no
// mount namespace, so that nobody can mount anything there, not even who finds
// the way in (open_tree(2), OPEN_TREE_CLONE, since Linux 5.2).
func OwnView() error {
	fd, err := unix.OpenTree(unix.AT_FDCWD, "/", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return os.NewSyscallError("open_tree", err)
	}
	defer unix.Close(fd)
	if err := unix.Fchdir(fd); err != nil {
		return os.NewSyscallError("fchdir", err)
	}
	return os.NewSyscallError("chroot", unix.Chroot("."))
}

// Inside is the name of a file for a command that runs in the view.
func (t Tree) Inside(name string) string {
	if t == CaseView {
		return name
	}
	return t.Path(name)
}

// enter makes a command of a view run in it.
func (t Tree) enter(cmd *exec.Cmd) {
	if t == CaseView {
		cmd.Path, cmd.Dir, cmd.SysProcAttr.Chroot = guest.Busybox, "/", string(t)
	}
}
