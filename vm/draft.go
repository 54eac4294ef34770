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

// draft is an unfinished template: a directory with the memory of a running
// guest, and its disk.
type draft struct {
	dir    string
	memory *os.File
	disk   *os.File // nil: it has none
	whole  bool     // the template is finished
}

// newDraft creates the files of a guest with that much memory. image is empty if
// the guest has no disk.
func newDraft(dir string, memory int64, image string) (d *draft, err error) {
	d = &draft{dir: dir}
	if d.memory, err = createMemory(filepath.Join(dir, memoryFile), memory); err != nil {
		return nil, err
	}
	if image == "" {
		return d, nil
	}
	if d.disk, err = createDisk(filepath.Join(dir, diskFile), image); err != nil {
		return nil, blame.Join(err, d.close())
	}
	return d, nil
}

// createDisk creates the overlay of an image.
func createDisk(path, image string) (*os.File, error) {
	base, err := openDiskImage(image)
	if err != nil {
		return nil, err
	}
	empty, err := base.overlay()
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.Write(empty)
	}
	if err != nil {
		return f, blame.Rigf("disk of the guest: %w", noPlace(err))
	}
	return f, nil
}

// createMemory creates the file for the memory of a guest, all zeros. The file
// has holes, and if the disk is full when one is filled, SIGBUS kills QEMU. So
// there must be room for all of it, although a guest rarely uses half.
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
	var disk unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &disk); err != nil {
		return os.NewSyscallError("fstatfs", err)
	}
	if free := int64(disk.Bavail) * disk.Bsize; free < size {
		return fmt.Errorf("%w: %d MiB free, %d needed", unix.ENOSPC, free>>20, size>>20)
	}
	return f.Truncate(size)
}

// store writes the template's files, the manifest last, and waits until they
// are on the disk.
func (d *draft) store(m manifest, state []byte) (err error) {
	if m.Memory, err = sumFile(d.memory); err != nil {
		return err
	}
	if err := d.memory.Sync(); err != nil {
		return err
	}
	if m.Disk, err = d.sumDisk(); err != nil {
		return err
	}
	if m.State, err = writeFile(filepath.Join(d.dir, stateFile), state); err != nil {
		return err
	}
	text, err := m.encode()
	if err != nil {
		return err
	}
	if _, err := writeFile(filepath.Join(d.dir, manifestFile), text); err != nil {
		return err
	}
	if err := syncDir(d.dir); err != nil {
		return err
	}
	d.whole = true
	return nil
}

// sumDisk waits until the overlay is on the disk, and returns its sum; nil if
// there is no overlay.
func (d *draft) sumDisk() (*fileSum, error) {
	if d.disk == nil {
		return nil, nil
	}
	if err := d.disk.Sync(); err != nil {
		return nil, err
	}
	sum, err := sumFile(d.disk)
	return &sum, err
}

// close removes the files unless the template is finished.
func (d *draft) close() error {
	err := d.memory.Close()
	if d.disk != nil {
		err = blame.Join(err, d.disk.Close())
	}
	if d.whole {
		return err
	}
	for _, name := range []string{manifestFile, stateFile, diskFile, memoryFile} {
		if removal := os.Remove(filepath.Join(d.dir, name)); !errors.Is(removal, fs.ErrNotExist) {
			err = blame.Join(err, removal)
		}
	}
	return err
}

// writeFile writes a new file, and waits until it is on the disk.
func writeFile(path string, data []byte) (fileSum, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fileSum{}, err
	}
	defer f.Close()
	if _, err := f.Write(data); err != nil {
		return fileSum{}, err
	}
	if err := f.Sync(); err != nil {
		return fileSum{}, err
	}
	return sumFile(f)
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
