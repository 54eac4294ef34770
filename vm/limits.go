// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// mostWritten is the largest size of a file that QEMU writes, in bytes. All that a
// machine writes to its disk goes to one file, until the machine ends.
const mostWritten = 1 << 30

// limit keeps a guest from filling the host's disk, either by writing to its own disk or
// through a core dump of QEMU, which includes the guest's memory.
func (c config) limit(pid int) error {
	limits := map[int]uint64{unix.RLIMIT_CORE: 0}
	if c.Disk != "" {
		limits[unix.RLIMIT_FSIZE] = mostWritten
	}
	for resource, most := range limits {
		err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) { // if QEMU has ended, Death says why
			return os.NewSyscallError("prlimit", err)
		}
	}
	return nil
}
