// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/blame"
)

func TestCreateMemory(t *testing.T) {
	path := filepath.Join(t.TempDir(), memoryFile)
	f, err := createMemory(path, 64<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() != 64<<20 || info.Mode() != 0o600 || info.Sys().(*syscall.Stat_t).Blocks != 0 {
		t.Errorf("%+v, %v", info, err)
	}
	if _, err := createMemory(path, 64<<20); !errors.Is(err, fs.ErrExist) || errors.Is(err, ErrNoPlace) {
		t.Errorf("again: %v", err)
	}
}

// TestCreateMemoryNeedsRoom asks for more room than any disk has.
func TestCreateMemoryNeedsRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), memoryFile)
	if _, err := createMemory(path, 1<<61); !errors.Is(err, ErrNoPlace) || blame.Of(err) != blame.Rig {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
}

func TestNoPlace(t *testing.T) {
	for _, err := range []error{unix.ENOSPC, unix.EDQUOT, unix.EROFS, unix.EACCES, unix.EPERM, fs.ErrPermission, &fs.PathError{Op: "open", Path: "x", Err: unix.EROFS}} {
		if got := noPlace(err); !errors.Is(got, ErrNoPlace) || !errors.Is(got, err) {
			t.Errorf("%v becomes %v", err, got)
		}
	}
	for _, err := range []error{nil, io.EOF, unix.EIO, fs.ErrExist} {
		if got := noPlace(err); got != err {
			t.Errorf("%v becomes %v", err, got)
		}
	}
}
