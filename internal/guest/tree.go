// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// maxOutput is how much of a file or of a command's output an answer holds.
const maxOutput = 64 << 10

const cutNote = "[cut: there is more]"

// tree is the guest's file system; tests root it in a directory of theirs.
type tree string

func (t tree) path(name string) string { return filepath.Join(string(t), name) }

func (t tree) exists(name string) bool {
	_, err := os.Stat(t.path(name))
	return err == nil
}

// read returns a file's text without the newlines at its end. It does not wait
// for a file that has nothing more to say at the moment, such as a trace_pipe.
func (t tree) read(name string, limit int) (string, error) {
	f, err := os.OpenFile(t.path(name), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(present{f}, int64(limit)+1))
	if err != nil {
		return "", err
	}
	return clip(data, limit), nil
}

// present is what a file has at the moment: where it says EAGAIN, reading an
// os.File would wait.
type present struct{ file *os.File }

func (p present) Read(b []byte) (n int, err error) {
	err = control(p.file, func(fd int) (err error) {
		n, err = unix.Read(fd, b)
		return err
	})
	n, err = readCount(n, len(b), err)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &os.PathError{Op: "read", Path: p.file.Name(), Err: err}
	}
	return n, err
}

// readCount is what a read of so many bytes has come to. A kernel in which a
// case has patched what answers may claim anything.
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

// write is one write(2), as sysfs wants it.
func (t tree) write(name, text string) error {
	f, err := os.OpenFile(t.path(name), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// names lists a directory in lexical order; one that is not there is empty.
func (t tree) names(dir string) []string {
	names, _ := t.list(dir)
	return names
}

// list returns the names in a directory, sorted.
func (t tree) list(dir string) ([]string, error) {
	entries, err := os.ReadDir(t.path(dir))
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// firstWords returns the first word of each line, sorted.
func firstWords(text string) []string {
	var words []string
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 0 {
			words = append(words, f[0])
		}
	}
	slices.Sort(words)
	return words
}

func clip(data []byte, limit int) string {
	if len(data) > limit {
		return string(data[:limit]) + "\n" + cutNote
	}
	return strings.TrimRight(string(data), "\n")
}
