// SPDX-License-Identifier: Apache-2.0

package userland

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/depends"
)

// bin holds the guest's programs. All other directories of programs lead there,
// so that a script may name any of them.
const bin = "/bin"

var otherBins = []initramfs.Node{{Name: "/sbin", Link: "bin"}, {Name: "/usr/bin", Link: "../bin"}, {Name: "/usr/sbin", Link: "../bin"}}

// programDirs are searched for programs after the PATH, because that of an
// ordinary user lacks those of root.
var programDirs = []string{"/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"}

// Missing returns the programs that this host does not have. path is the PATH.
func Missing(path string, programs []depends.Need) (missing []depends.Need) {
	h := host{root: "/", path: path}
	for _, n := range programs {
		if h.program(n.Name) == "" {
			missing = append(missing, n)
		}
	}
	return missing
}

// Of returns the programs and their libraries for a guest. The error about
// missing programs names their packages. path is the PATH.
func Of(path string, programs []depends.Need) ([]initramfs.Node, error) {
	if missing := Missing(path, programs); len(missing) > 0 {
		return nil, notInstalled(missing)
	}
	var names []string
	for _, n := range programs {
		names = append(names, n.Name)
	}
	return host{root: "/", path: path}.world(names)
}

func notInstalled(missing []depends.Need) error {
	var names []string
	for _, n := range missing {
		names = append(names, n.Name)
	}
	return blame.AdviseUserf(depends.Install(names...), "this host lacks programs that the guest needs: %s", strings.Join(names, ", "))
}

// host is the host's file system.
type host struct{ root, path string }

func (h host) at(name string) string { return filepath.Join(h.root, name) }

// program returns the path of a program on the host, or "" if there is none.
func (h host) program(name string) string {
	for _, dir := range append(filepath.SplitList(h.path), programDirs...) {
		file := path.Join(dir, name)
		if filepath.IsAbs(dir) && executable(h.at(file)) {
			return file
		}
	}
	return ""
}

// world lays out the programs and libraries. Programs that share one file, such
// as those of kmod, become one file and links to it.
func (h host) world(names []string) ([]initramfs.Node, error) {
	nodes := slices.Clone(otherBins)
	l := newLibraries(h)
	first := map[string]string{} // the program that has a file
	for _, name := range names {
		file, err := filepath.EvalSymlinks(h.at(h.program(name)))
		if err != nil {
			return nil, err
		}
		if other, known := first[file]; known {
			nodes = append(nodes, initramfs.Node{Name: path.Join(bin, name), Link: other})
			continue
		}
		first[file] = name
		nodes = append(nodes, initramfs.Node{Name: path.Join(bin, name), Host: file})
		if err := l.add(file); err != nil {
			return nil, err
		}
	}
	nodes = append(nodes, l.nodes()...)
	slices.SortFunc(nodes, func(a, b initramfs.Node) int { return cmp.Compare(a.Name, b.Name) })
	return nodes, nil
}
