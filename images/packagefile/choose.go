// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
)

// set is the packages of one kernel.
type set struct {
	dir   string
	named *pkg // the one that the user named; nil when it is the directory
	pkgs  []*pkg
}

// choose finds the packages that path names: all of a directory, or a file and
// those beside it that belong to it.
func choose(ctx context.Context, path string) (*set, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, images.BadNotation("no such kernel: %s", path)
	case err != nil:
		return nil, &blame.Error{Party: blame.User, Err: err}
	case info.IsDir():
		found, err := readAll(ctx, packagesIn(path))
		if err != nil {
			return nil, err
		}
		return narrow(&set{dir: path, pkgs: found})
	}
	named, err := readPkg(ctx, path)
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(packagesIn(filepath.Dir(path)), func(file string) bool { return file == path || formatOf(file) != named.format })
	found, err := readAll(ctx, others)
	if err != nil {
		return nil, err
	}
	return narrow(&set{dir: filepath.Dir(path), named: named, pkgs: append(found, named)})
}

// packagesIn lists the files of a directory that may be a kernel's packages.
func packagesIn(dir string) (files []string) {
	entries, _ := os.ReadDir(dir) // an unreadable directory has none
	for _, e := range entries {
		if mayBeKernels(e.Name()) && !e.IsDir() {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files
}

func readAll(ctx context.Context, files []string) (found []*pkg, err error) {
	for _, file := range files {
		p, err := readPkg(ctx, file)
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, nil
}

// narrow keeps only the packages of the wanted kernel, or says why there is
// none.
func narrow(s *set) (*set, error) {
	if p := s.named; p != nil && !p.format.takes(p.name) {
		return nil, blame.AdviseUserf("name the package with its image, such as "+p.format.image, "%s is not a package that a kernel is made of", p.path)
	}
	if p := s.named; p != nil && !p.fits() {
		return nil, foreign(p)
	}
	var others []*pkg
	s.pkgs = slices.DeleteFunc(s.pkgs, func(p *pkg) bool {
		taken := p.format.takes(p.name) && (s.named == nil || s.named.goesWith(p))
		if taken && !p.fits() {
			others = append(others, p)
		}
		return !taken || !p.fits()
	})
	switch {
	case len(s.pkgs) == 0 && len(others) > 0:
		return nil, foreign(others[0])
	case len(s.pkgs) == 0:
		return nil, blame.AdviseUserf("name the directory that has the packages of one kernel", "no package in %s is of a kernel", s.dir)
	}
	return s, s.refuseSeveral()
}

// fits reports whether a package is for the architecture that is tested.
func (p *pkg) fits() bool { return p.arch == p.format.all || p.arch == p.format.arch(arch.Default()) }

// goesWith reports whether another package may belong to the same kernel.
func (p *pkg) goesWith(q *pkg) bool {
	return q.isLoose() || q.group() == p.group() && !p.format.apart(p.name, q.name)
}

func (p *pkg) isLoose() bool { return p.format.loose.MatchString(p.name) }

func foreign(p *pkg) error {
	want := p.format.arch(arch.Default())
	return blame.AdviseUserf("use the packages for "+want, "%s is for %s: only %s kernels can be tested", p.path, p.arch, want)
}

// refuseSeveral refuses packages of several versions, or a package twice.
func (s *set) refuseSeveral() error {
	var versions []string
	groups, names := map[string]bool{}, map[string]*pkg{}
	for _, p := range s.pkgs {
		if twin := names[p.name]; twin != nil && twin.group() == p.group() {
			return blame.AdviseUserf("leave one of them out", "%s holds %s twice: %s and %s", s.dir, p.name, twin.file(), p.file())
		}
		names[p.name] = p
		if g := p.group(); !p.isLoose() && !groups[g] {
			groups[g] = true
			versions = append(versions, fmt.Sprintf("%s (%s)", p.version, p.file()))
		}
	}
	if len(versions) > 1 {
		return blame.AdviseUserf("name one of the files: those of its version beside it are taken", "%s has packages of several versions: %s", s.dir, strings.Join(versions, ", "))
	}
	return nil
}
