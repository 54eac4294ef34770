// SPDX-License-Identifier: Apache-2.0

package images

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/program"
)

// maxPackage is how much one package may hold, linux-image holds 0.5 GB;
// maxUnpacked how much of it may be wanted, the headers are 0.1 GB.
const (
	maxPackage  = 4 << 30
	maxUnpacked = 1 << 30
)

// fromHeaders takes the whole header tree but its vmlinux: that is for BTF of
// modules only, which would need pahole on the host.
func fromHeaders(name string) string {
	if !strings.HasPrefix(name, "usr/src/") && !strings.HasPrefix(name, "usr/lib/") {
		return ""
	}
	if dir, base := path.Split(name); base == "vmlinux" && path.Dir(path.Clean(dir)) == "usr/src" {
		return ""
	}
	return name
}

// fromImage takes the kernel, its config and those modules that a guest
// may need.
func fromImage(release string) func(string) string {
	return func(name string) string {
		switch name {
		case "boot/vmlinuz-" + release:
			return "bzImage"
		case "boot/config-" + release:
			return "config"
		}
		for _, root := range []string{"lib/modules/", "usr/lib/modules/"} {
			module, ok := strings.CutPrefix(name, root+release+"/kernel/")
			if ok && isGuestModule(module) {
				return "kernel/" + module
			}
		}
		return ""
	}
}

// unpack writes the files of a .deb under dest, by the names that want gives
// them; "" leaves one out. Nothing is written outside dest.
func unpack(ctx context.Context, deb, dest string, want func(string) string) error {
	if err := os.MkdirAll(dest, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dest)
	if err != nil {
		return err
	}
	defer root.Close()
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		list := program.Command{Name: "dpkg-deb", Args: []string{"--fsys-tarfile", deb}, Stdout: &bounded.Writer{W: w, Left: maxPackage}}
		err := list.Run(ctx)
		w.CloseWithError(err) // nil is the end of the file
		done <- err
	}()
	err = unpackTar(r, root, want, maxUnpacked)
	r.CloseWithError(err)
	return explainUnpack(filepath.Base(deb), err, <-done)
}

// explainUnpack prefers what dpkg-deb says, unless it was cut short by us.
func explainUnpack(deb string, ours, dpkg error) error {
	err := dpkg
	switch {
	case errors.Is(dpkg, exec.ErrNotFound):
		return blame.AdviseRigf(depends.Install("dpkg-deb"), "there is no dpkg-deb here to unpack packages with")
	case ours == nil && dpkg == nil:
		return nil
	case ours != nil && !errors.Is(ours, dpkg) || dpkg == nil:
		err = ours
	}
	explained := &blame.Error{Summary: "cannot unpack " + deb, Err: err}
	var typed *blame.Error
	if errors.As(err, &typed) {
		explained.Tail = typed.Tail
	}
	return explained
}

func unpackTar(r io.Reader, root *os.Root, want func(string) string, most int64) error {
	var links []string
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, r) // what pads the archive
			return errors.Join(err, stayInside(root, links))
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

// stayInside follows each link as the kernel would, within root. A link may
// lead to what another package brings.
func stayInside(root *os.Root, links []string) error {
	for _, name := range links {
		if _, err := root.Stat(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("a link leaves the package: %w", err)
		}
	}
	return nil
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
	return fmt.Errorf("%q is neither file, directory nor link", name)
}

func writeFile(r io.Reader, root *os.Root, name string, mode fs.FileMode) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
