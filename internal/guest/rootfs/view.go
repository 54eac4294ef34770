// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// CaseView is the file system as a case sees and changes it: PID 1's, through
// the agent's own /proc.
const CaseView Tree = "/proc/1/root"

// OwnView gives the agent its own mounts, as they are now, so that at the end
// of a case it does not read files that the case has mounted over them. They
// are in no mount namespace, so nothing can be mounted there, even with access
// to them (open_tree(2), OPEN_TREE_CLONE, since Linux 5.2).
func OwnView() error {
	fd, err := unix.OpenTree(unix.AT_FDCWD, "/", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return os.NewSyscallError("open_tree", err)
	}
	// fd stays open: Linux 7 takes the mounts below the root away with it.
	if err := unix.Fchdir(fd); err != nil {
		return os.NewSyscallError("fchdir", err)
	}
	return os.NewSyscallError("chroot", unix.Chroot("."))
}

// Inside returns a file's name for a command that runs in the view.
func (t Tree) Inside(name string) string {
	if t == CaseView {
		return name
	}
	return t.Path(name)
}

// enter makes a program run in the view.
func (t Tree) enter(cmd *exec.Cmd, program string) {
	if t == CaseView {
		cmd.Path, cmd.Dir, cmd.SysProcAttr.Chroot = program, "/", string(t)
	}
}
