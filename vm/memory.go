// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
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

// createMemory makes the file for the memory of a guest, all zeros. A file
// with holes can run out of disk later, which kills QEMU with SIGBUS; so there
// must be room for all of it, although a guest rarely uses half.
func createMemory(path string, size int64) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, blame.Rigf("memory of the guest: %w", noPlace(err))
	}
	if err := reserve(f, size); err != nil {
		f.Close()
		os.Remove(path)
		return nil, blame.Rigf("memory of the guest: %w", noPlace(err))
	}
	return f, nil
}

func reserve(f *os.File, size int64) error {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &fs); err != nil {
		return os.NewSyscallError("fstatfs", err)
	}
	if free := int64(fs.Bavail) * fs.Bsize; free < size {
		return fmt.Errorf("%w: %d MiB free, %d needed", unix.ENOSPC, free>>20, size>>20)
	}
	return f.Truncate(size)
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
	f, err = createMemory(filepath.Join(v.config.Template, memoryFile), int64(v.config.Memory)<<20)
	if err != nil {
		return nil, nil, err
	}
	v.memory = f
	v.onClose(v.closeMemory)
	return f, func() {}, nil
}

// closeMemory leaves the template's files only when they are a template.
func (v *VM) closeMemory() error {
	err := v.memory.Close()
	if v.whole {
		return err
	}
	for _, name := range []string{manifestFile, stateFile, memoryFile} {
		if removal := os.Remove(filepath.Join(v.config.Template, name)); !errors.Is(removal, fs.ErrNotExist) {
			err = join(err, removal)
		}
	}
	return err
}
