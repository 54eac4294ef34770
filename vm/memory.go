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
	original sharing = "on"  // everybody: it becomes the template's
	private  sharing = "off" // the guest alone: pages are copied when written
)

// memoryDevice puts the guest's memory into a file that QEMU inherits. It is
// opened through /proc, so that no path is written down anywhere, and a file
// that was checked is the one that is used, even when it has been replaced or
// removed since.
func memoryDevice(mib int, s sharing) device {
	return device{args: []string{
		"-object", fmt.Sprintf("memory-backend-file,id=memory,size=%dM,mem-path=/proc/self/fd/%d,share=%s", mib, memoryFD, s),
		"-machine", "memory-backend=memory",
	}}
}

// noPlace puts ErrNoPlace before a cause that means it.
func noPlace(err error) error {
	for _, cause := range []error{unix.ENOSPC, unix.EDQUOT, unix.EROFS, fs.ErrPermission} {
		if errors.Is(err, cause) {
			return fmt.Errorf("%w: %w", ErrNoPlace, err)
		}
	}
	return err
}

// openMemory gives the file that QEMU inherits as memory, and what to do when
// it has. The file is nil when the machine has ordinary memory.
func (v *VM) openMemory() (f *os.File, inherited func(), err error) {
	if v.parent != nil {
		f, err := v.parent.share()
		return f, func() { f.Close() }, err
	}
	if v.config.Template == "" {
		return nil, func() {}, nil
	}
	if v.draft, err = newDraft(v.config.Template, int64(v.config.Memory)<<20); err != nil {
		return nil, nil, err
	}
	v.cleanup.add(v.draft.close)
	return v.draft.memory, func() {}, nil
}
