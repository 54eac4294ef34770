// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/klptest/klptest/images/unpack"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/depends"
	"github.com/klptest/klptest/internal/program"
)

// maxPackage is the maximum size of an unpacked package; linux-image has 0.5 GB.
// maxUnpacked is the maximum size of its wanted files; the headers have 0.1 GB.
const (
	maxPackage  = 4 << 30
	maxUnpacked = 1 << 30
)

// fromHeaders takes the whole header tree except its vmlinux, which is only for
// BTF of modules; that would need pahole on the host.
func fromHeaders(name string) string {
	if !strings.HasPrefix(name, "usr/src/") && !strings.HasPrefix(name, "usr/lib/") {
		return ""
	}
	if dir, base := path.Split(name); base == "vmlinux" && path.Dir(path.Clean(dir)) == "usr/src" {
		return ""
	}
	return name
}

// unpackDeb writes the files of a .deb below dest, under the names that want gives
// them. It leaves out a file that want names "". It writes nothing outside dest.
func unpackDeb(ctx context.Context, deb, dest string, want func(string) string) error {
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
	err = unpack.Tar(r, root, want, maxUnpacked)
	r.CloseWithError(err)
	return explainUnpack(filepath.Base(deb), err, <-done)
}

// explainUnpack prefers what dpkg-deb says, unless we cut it short.
func explainUnpack(deb string, ours, dpkg error) error {
	err := dpkg
	switch {
	case errors.Is(dpkg, exec.ErrNotFound):
		return blame.AdviseRigf(depends.Install("dpkg-deb"), "there is no dpkg-deb here to unpack packages")
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
