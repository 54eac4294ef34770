// SPDX-License-Identifier: Apache-2.0

package initramfs

import (
	"debug/elf"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cavaliergopher/cpio"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
)

// Contents is what goes into an initramfs. Any field may be empty: an archive of
// only [Contents.Files] can be appended to another one.
type Contents struct {
	Init    string            // host path of a static program, which becomes guest.Init
	Modules []string          // host paths in load order, which become NN-name.ko in guest.BootModules
	Busybox string            // host path of a static busybox, which becomes guest.Busybox
	Files   map[string][]byte // guest path → contents, mode 0600
	World   []Node            // further programs and libraries, in the order of their names
}

// Node is a program or library of the host, or a link.
type Node struct {
	Name string // in the guest
	Host string // the host's file; empty: a link
	Link string // its target
}

// mountPoints exist from the start. Device nodes do not, because the kernel's own
// initramfs has /dev/console and devtmpfs has the rest.
var mountPoints = []string{"dev", "proc", "sys", "tmp", "run", "root", "bin"}

// Write writes a cpio archive in the format that Linux expects
// (Documentation/driver-api/early-userspace/buffer-format.rst). The same contents
// make the same bytes. Several archives in a row are valid.
func Write(w io.Writer, c Contents) error {
	a := archiver{w: cpio.NewWriter(w), dirs: map[string]bool{".": true, "/": true}}
	if c.Init != "" {
		for _, d := range mountPoints {
			a.mkdir(d)
		}
		a.program(guest.Init, c.Init)
	}
	if c.Busybox != "" {
		a.program(guest.Busybox, c.Busybox)
	}
	for i, m := range c.Modules {
		a.copy(fmt.Sprintf("%s/%02d-%s", guest.BootModules, i, unnumbered(m)), m, 0o600)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		a.file(name, c.Files[name])
	}
	for _, n := range c.World {
		a.node(n)
	}
	if a.err != nil {
		return a.err
	}
	return a.w.Close()
}

// unnumbered drops the NN- that modules in the cache already have.
func unnumbered(module string) string {
	name := filepath.Base(module)
	if rest := strings.TrimLeft(name, "0123456789"); strings.HasPrefix(rest, "-") && rest != name {
		return rest[1:]
	}
	return name
}

// archiver writes until the first error.
type archiver struct {
	w    *cpio.Writer
	dirs map[string]bool
	err  error
}

// program adds an executable, which must be static.
func (a *archiver) program(name, host string) {
	if a.err == nil {
		a.err = mustBeStatic(host)
	}
	a.copy(name, host, 0o755)
}

func (a *archiver) copy(name, host string, mode cpio.FileMode) {
	if a.err != nil {
		return
	}
	f, err := os.Open(host)
	if err != nil {
		a.err = err
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		a.err = err
		return
	}
	a.add(strings.TrimPrefix(name, "/"), cpio.TypeReg|mode, info.Size(), f)
}

func (a *archiver) file(name string, data []byte) {
	clean := strings.TrimPrefix(name, "/")
	if !fs.ValidPath(clean) || clean == "." || strings.ContainsRune(name, 0) {
		a.err = fmt.Errorf("initramfs: bad file name %q", name)
		return
	}
	a.add(clean, cpio.TypeReg|0o600, int64(len(data)), strings.NewReader(string(data)))
}

func (a *archiver) node(n Node) {
	if n.Host != "" {
		a.copy(n.Name, n.Host, 0o755)
		return
	}
	a.add(strings.TrimPrefix(n.Name, "/"), cpio.TypeSymlink|0o777, int64(len(n.Link)), strings.NewReader(n.Link))
}

func (a *archiver) mkdir(name string) {
	if a.dirs[name] {
		return
	}
	a.dirs[name] = true
	a.add(name, cpio.TypeDir|0o755, 0, nil)
}

// add writes an entry after its parents: the kernel makes no directory by itself.
func (a *archiver) add(name string, mode cpio.FileMode, size int64, r io.Reader) {
	a.mkdir(path.Dir(name))
	if a.err != nil {
		return
	}
	links := 1
	if mode.IsDir() {
		links = 2
	}
	a.err = a.w.WriteHeader(&cpio.Header{Name: name, Mode: mode, Size: size, Links: links, ModTime: time.Unix(0, 0)})
	if a.err == nil && r != nil {
		_, a.err = io.CopyN(a.w, r, size)
	}
}

// mustBeStatic refuses a program that needs a dynamic loader: the guest has
// none, and the kernel would say only that /init fails with -2.
func mustBeStatic(host string) error {
	f, err := elf.Open(host)
	if err != nil {
		return &blame.Error{Summary: host + " is not a program", Err: err}
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return &blame.Error{Summary: host + " is dynamically linked; the guest has no dynamic loader", Advice: "build it with CGO_ENABLED=0"}
		}
	}
	return nil
}

// FindBusybox returns the path of the host's static busybox, or "".
func FindBusybox() string {
	for _, name := range []string{"busybox", "busybox.static", "/bin/busybox"} {
		found, err := exec.LookPath(name)
		if err == nil && mustBeStatic(found) == nil {
			return found
		}
	}
	return ""
}
