// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// mostWritten is how large a file may become by what QEMU writes to it, in bytes. All
// that a machine writes to its disk is in one file, until the machine ends.
const mostWritten = 1 << 30

// limit keeps a guest from filling the host's disk: with what it writes to its own disk,
// or with a core dump of QEMU, which has the guest's memory.
func (c config) limit(pid int) error {
	limits := map[int]uint64{unix.RLIMIT_CORE: 0}
	if c.Disk != "" {
		limits[unix.RLIMIT_FSIZE] = mostWritten
	}
	for resource, most := range limits {
		err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil)
		if err != nil && !errors.Is(err, unix.ESRCH) { // one that has ended says why by itself
			return os.NewSyscallError("prlimit", err)
		}
	}
	return nil
}
