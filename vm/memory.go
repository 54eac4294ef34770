// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// sharing says who sees what a guest writes to its memory file.
type sharing string

const (
	original sharing = "on"  // everybody: it becomes the template's memory
	private  sharing = "off" // only the guest: pages are copied on write
)

// memoryDevice puts the guest's memory into a file that QEMU inherits and opens
// through /proc. No path is recorded, and QEMU uses the file that was checked, even if
// it has been replaced or removed since.
func memoryDevice(mib int, s sharing) device {
	return device{args: []string{
		"-object", fmt.Sprintf("memory-backend-file,id=memory,size=%dM,mem-path=/proc/self/fd/%d,share=%s", mib, memoryFD, s),
		"-machine", "memory-backend=memory",
	}}
}

// noPlace wraps err in ErrNoPlace if its cause means that.
func noPlace(err error) error {
	for _, cause := range []error{unix.ENOSPC, unix.EDQUOT, unix.EROFS, fs.ErrPermission} {
		if errors.Is(err, cause) {
			return fmt.Errorf("%w: %w", ErrNoPlace, err)
		}
	}
	return err
}

// openMachine returns the files that QEMU inherits as memory and as disk, and a
// function to call once QEMU has them. A file is nil if the machine has none.
func (v *VM) openMachine() (memory, disk *os.File, inherited func(), err error) {
	if v.parent != nil {
		memory, disk, err := v.parent.share()
		return memory, disk, func() { memory.Close(); disk.Close() }, err // closing nil does no harm
	}
	if v.config.Template == "" {
		return nil, nil, func() {}, nil
	}
	if v.draft, err = newDraft(v.config.Template, int64(v.config.Memory)<<20, v.config.Disk); err != nil {
		return nil, nil, nil, err
	}
	v.cleanup.add(v.draft.close)
	return v.draft.memory, v.draft.disk, func() {}, nil
}
