// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/internal/guest"
)

// MaxOutput is the number of bytes of a file or of a command's output that an
// answer holds.
const MaxOutput = 64 << 10

// Tree is the guest's file system; tests root it in a directory of their own.
type Tree string

func (t Tree) Path(name string) string { return filepath.Join(string(t), name) }

func (t Tree) Exists(name string) bool {
	_, err := os.Stat(t.Path(name))
	return err == nil
}

// Allows reports whether a file is there and may be written to. A kernel that is locked
// down refuses files of debugfs even to root (debugfs_locked_down, fs/debugfs/file.c).
func (t Tree) Allows(name string) bool {
	f, err := os.OpenFile(t.Path(name), os.O_WRONLY, 0)
	if err == nil {
		f.Close()
	}
	return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission)
}

// Read returns a file's text without its final newlines. It does not wait for a
// file that has no more text at the moment, such as a trace_pipe.
func (t Tree) Read(name string, limit int) (string, error) {
	f, err := os.OpenFile(t.Path(name), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(present{f}, int64(limit)+1))
	if err != nil {
		return "", err
	}
	return guest.Clip(data, limit), nil
}

// present reads what a file has at the moment: on EAGAIN, an os.File would
// wait.
type present struct{ file *os.File }

func (p present) Read(b []byte) (n int, err error) {
	err = Control(p.file, func(fd int) (err error) {
		n, err = unix.Read(fd, b)
		return err
	})
	n, err = readCount(n, len(b), err)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &os.PathError{Op: "read", Path: p.file.Name(), Err: err}
	}
	return n, err
}

// readCount checks the result of a read of size bytes: a kernel whose read
// function a case has patched may return anything.
func readCount(n, size int, err error) (int, error) {
	switch {
	case errors.Is(err, unix.EAGAIN), err == nil && n == 0 && size > 0:
		return 0, io.EOF
	case err != nil:
		return 0, err
	case n < 0 || n > size:
		return 0, unix.EIO
	}
	return n, nil
}

// Write makes one write(2), as sysfs needs it.
func (t Tree) Write(name, text string) error {
	f, err := os.OpenFile(t.Path(name), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// Names lists a directory in lexical order; a missing directory is empty.
func (t Tree) Names(dir string) []string {
	names, _ := t.List(dir)
	return names
}

// List returns the names in a directory, sorted.
func (t Tree) List(dir string) ([]string, error) {
	entries, err := os.ReadDir(t.Path(dir))
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}
