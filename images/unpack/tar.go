// SPDX-License-Identifier: Apache-2.0

package unpack

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
)

// Tar writes the files of a tar archive below root, under the names that want
// gives them. It leaves out a file that want names "". More than most bytes in all
// are an error.
func Tar(r io.Reader, root *os.Root, want func(string) string, most int64) error {
	var links []string
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, r) // the archive's padding
			return blame.Join(err, stayInside(root, links))
		}
		if err != nil {
			return err
		}
		name, err := cleanName(h.Name)
		if err != nil {
			return err
		}
		if name = want(name); name == "" {
			continue
		}
		// A sparse file can be larger than the archive it is in.
		if most -= h.Size; most < 0 {
			return bounded.ErrTooLong
		}
		if h.Typeflag == tar.TypeSymlink {
			links = append(links, name)
		}
		if err := write(t, h, root, name); err != nil {
			return err
		}
	}
}

// stayInside follows each link as the kernel would, within root. A link may lead
// to a file of another package.
func stayInside(root *os.Root, links []string) error {
	for _, name := range links {
		if _, err := root.Stat(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("a link leaves the package: %w", err)
		}
	}
	return nil
}

// StayInside follows each link below root, as the kernel would. Links of one
// archive may lead through those of another one.
func StayInside(root *os.Root) error {
	var links []string
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type() == fs.ModeSymlink {
			links = append(links, name)
		}
		return err
	})
	return blame.Join(err, stayInside(root, links))
}

// cleanName refuses names that are absolute or lead upwards.
func cleanName(name string) (string, error) {
	clean := strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
	if name == "./" {
		clean = "."
	}
	if !fs.ValidPath(clean) {
		return "", fmt.Errorf("file name %q leaves the package", name)
	}
	return clean, nil
}

func write(r io.Reader, h *tar.Header, root *os.Root, name string) error {
	if h.Typeflag == tar.TypeDir {
		return root.MkdirAll(name, 0o700)
	}
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeReg:
		return writeFile(r, root, name, 0o600|fs.FileMode(h.Mode)&0o100)
	case tar.TypeSymlink:
		return root.Symlink(h.Linkname, name)
	}
	return notAFile(name)
}

func notAFile(name string) error { return fmt.Errorf("%q is neither file, directory nor link", name) }

func writeFile(r io.Reader, root *os.Root, name string, mode fs.FileMode) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return blame.Join(err, f.Close())
}
