// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/cavaliergopher/cpio"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
)

// Cpio is like Tar, for a cpio archive in the "new ASCII" format of RPM packages.
// Of several hard links to a file, only the last one in the archive comes with the
// contents (rpm2archive(8) and cpio(5) have the same rule).
func Cpio(r io.Reader, root *os.Root, want func(string) string, most int64) error {
	u := cpioUnpacker{r: cpio.NewReader(endless{r}), root: root, want: want, most: most, linked: map[int64][]string{}}
	for {
		h, err := u.r.Next()
		if errors.Is(err, io.EOF) {
			break // the archive's own end
		}
		if err == nil {
			err = u.add(h)
		}
		if err != nil {
			return err
		}
	}
	_, err := io.Copy(io.Discard, r) // the archive's padding
	return blame.Join(err, u.finish())
}

// endless keeps a stream's end from being taken for an archive's: the cpio reader
// reports both as io.EOF.
type endless struct{ io.Reader }

func (e endless) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

type cpioUnpacker struct {
	r      *cpio.Reader
	root   *os.Root
	want   func(string) string
	most   int64
	links  []string           // symbolic links
	linked map[int64][]string // hard links without contents so far, by inode
}

func (u *cpioUnpacker) add(h *cpio.Header) error {
	if h.Size < 0 { // the reader takes "-0000001" for a number
		return fmt.Errorf("%q has a size of %d", h.Name, h.Size)
	}
	name, err := cleanName(h.Name)
	if err != nil {
		return err
	}
	name = u.want(name)
	kind := h.Mode & cpio.ModeType
	if kind == cpio.TypeReg && h.Links > 1 {
		return u.addLinked(h, name)
	}
	if name == "" {
		return nil
	}
	if kind == cpio.TypeDir {
		return u.root.MkdirAll(name, 0o700)
	}
	if err := u.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	switch kind {
	case cpio.TypeReg:
		return u.file(h, name)
	case cpio.TypeSymlink:
		u.links = append(u.links, name)
		return u.root.Symlink(h.Linkname, name)
	}
	return notAFile(name)
}

// addLinked keeps the names of a file until its contents come.
func (u *cpioUnpacker) addLinked(h *cpio.Header, name string) error {
	names := u.linked[h.Inode]
	if name != "" {
		names = append(names, name)
	}
	if h.Size == 0 {
		u.linked[h.Inode] = names
		return nil
	}
	delete(u.linked, h.Inode)
	return u.linkAll(h, names)
}

// linkAll writes a file under its first name, and makes the others links to it.
func (u *cpioUnpacker) linkAll(h *cpio.Header, names []string) error {
	for i, name := range names {
		if err := u.root.MkdirAll(path.Dir(name), 0o700); err != nil {
			return err
		}
		var err error
		if i == 0 {
			err = u.file(h, name)
		} else {
			err = u.root.Link(names[0], name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (u *cpioUnpacker) file(h *cpio.Header, name string) error {
	if u.most -= h.Size; u.most < 0 {
		return bounded.ErrTooLong
	}
	return writeFile(u.r, u.root, name, 0o600|fs.FileMode(h.Mode)&0o100)
}

// finish writes the hard links without contents, and checks the symbolic links.
func (u *cpioUnpacker) finish() error {
	for _, names := range u.linked {
		if err := u.linkAll(&cpio.Header{}, names); err != nil {
			return err
		}
	}
	return stayInside(u.root, u.links)
}
