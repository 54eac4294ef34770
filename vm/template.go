// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

// The errors of templates, by what the caller should do. They are for errors.Is.
var (
	// ErrStale says that the template is damaged, belongs to another machine, or is
	// not accepted by QEMU. Make it again.
	ErrStale = errors.New("the template must be made again")
	// ErrNoPlace says that the file system is full or read-only. Put the template
	// elsewhere, or boot.
	ErrNoPlace = errors.New("no place for a template")
)

// Template is a saved, booted guest from which any number of clones can be made at
// once. It keeps its files open, so clones get what was checked, whatever happens to
// the directory. Close must be called in the end; clones outlive it.
type Template struct {
	config config // of the clones, except for Dir
	accel  Accel
	state  []byte

	mu     sync.Mutex // guards what follows
	memory *os.File   // nil once closed
	disk   *os.File   // nil: the machine has none
}

// OpenTemplate opens what Snapshot left in dir, which may have been renamed since. It
// checks every byte that matters, which takes some 20 ms for a guest that has used 85
// MB. spec says which machine is wanted and how to run its clones; key is that of
// Snapshot. Dir, Template and Keys of spec are not used: the template has its own
// keys, and each clone its own directory. The error wraps ErrStale or ErrNoPlace
// where one of them applies.
func OpenTemplate(dir string, spec Spec, key string) (*Template, error) {
	c, err := spec.complete(generalChecks)
	if err != nil {
		return nil, err
	}
	id, err := thisHost.templateID(c, key)
	if err != nil {
		return nil, err
	}
	m, err := readManifest(dir)
	if err != nil {
		return nil, unfit(dir, err)
	}
	if m.ID != id {
		return nil, unfit(dir, errors.New("it was made for another machine"))
	}
	t, err := m.open(dir, c)
	if err != nil {
		return nil, unfit(dir, err)
	}
	return t, nil
}

func (m manifest) open(dir string, c config) (*Template, error) {
	keys, err := m.Keys.keys()
	if err != nil {
		return nil, err
	}
	state, err := m.State.open(filepath.Join(dir, stateFile))
	if err != nil {
		return nil, err
	}
	defer state.Close()
	device, err := io.ReadAll(io.NewSectionReader(state, 0, m.State.Size))
	if err != nil {
		return nil, err
	}
	memory, err := m.Memory.open(filepath.Join(dir, memoryFile))
	if err != nil {
		return nil, err
	}
	t := &Template{accel: m.Accel, memory: memory, state: device}
	if m.Disk != nil {
		if t.disk, err = m.Disk.open(filepath.Join(dir, diskFile)); err != nil {
			memory.Close()
			return nil, err
		}
	}
	c.Keys = keys
	t.config = c
	return t, nil
}

// open opens a file that must be unchanged. It opens it for writing, because QEMU
// does that with the memory, although it never writes to it.
func (want fileSum) open(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	// The size is checked first, because that costs nothing.
	info, err := f.Stat()
	if err == nil && info.Size() != want.Size {
		err = fmt.Errorf("%s has %d bytes, not %d", filepath.Base(path), info.Size(), want.Size)
	}
	if err == nil {
		var sum uint32
		if sum, err = dataSum(f); err == nil && sum != want.Sum {
			err = fmt.Errorf("%s is damaged", filepath.Base(path))
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// unfit wraps an error of a template in ErrNoPlace or ErrStale.
func unfit(dir string, err error) error {
	if err = noPlace(err); !errors.Is(err, ErrNoPlace) {
		err = fmt.Errorf("%w: %w", ErrStale, err)
	}
	return blame.Rigf("template %s: %w", dir, err)
}

// share returns descriptors of the memory and the disk for one clone. A template that
// has been closed is stale: whoever closed it has another, or makes one.
func (t *Template) share() (memory, disk *os.File, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.memory == nil {
		return nil, nil, blame.Rigf("%w: it was closed", ErrStale)
	}
	if memory, err = duplicate(t.memory); err != nil || t.disk == nil {
		return memory, nil, err
	}
	if disk, err = duplicate(t.disk); err != nil {
		memory.Close()
	}
	return memory, disk, err
}

func duplicate(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// Close closes the template's files. Its clones live on; a Clone at the same time
// succeeds or returns ErrStale. Further calls do nothing.
func (t *Template) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.memory == nil {
		return nil
	}
	err := t.memory.Close()
	if t.disk != nil {
		err = blame.Join(err, t.disk.Close())
	}
	t.memory = nil
	return err
}
