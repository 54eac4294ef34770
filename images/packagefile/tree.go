// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/images/bootimage"
	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/blame"
)

// tree is the needed files of packages, as they would be installed; see [place].
type tree struct {
	*set
	root  *os.Root
	files fs.FS // of root
}

// manifest describes the kernel that the tree has.
func (t *tree) manifest() (m packaged.Manifest, err error) {
	if m.Release, err = t.release(); err != nil {
		return m, err
	}
	m.Version = m.Release
	if m.KDir, err = t.kdir(m.Release); err != nil {
		return m, err
	}
	if err := t.relocate(m.KDir); err != nil {
		return m, err
	}
	m.Headers = t.beside(m.KDir)
	return m, t.complete(m.KDir)
}

// release returns the release (uname -r) of the one kernel whose image is in the
// tree.
func (t *tree) release() (string, error) {
	var found []string
	for _, pattern := range []string{"boot/vmlinuz-*", "lib/modules/*/vmlinuz"} {
		names, err := fs.Glob(t.files, pattern)
		if err != nil {
			return "", err
		}
		for _, name := range names {
			release, _ := splitModules(name)
			if release == "" {
				release = strings.TrimPrefix(name, "boot/vmlinuz-")
			}
			if t.isFile(name) && plain.MatchString(release) && !slices.Contains(found, release) {
				found = append(found, release)
			}
		}
	}
	switch len(found) {
	case 0:
		return "", blame.AdviseUserf("add the package with the image: "+t.format().image, "the packages in %s have no kernel image: %s", t.dir, t.names())
	case 1:
		return found[0], nil
	}
	return "", blame.AdviseUserf("name the package with the image of one of them", "the packages in %s are of several kernels: %s", t.dir, strings.Join(found, ", "))
}

func (t *tree) isFile(name string) bool {
	info, err := fs.Stat(t.files, name)
	return err == nil && info.Mode().IsRegular()
}

// loosen moves the image, the configuration and the modules to the directory that
// packaged.Complete takes them from. A missing configuration is copied from the
// headers.
func (t *tree) loosen(m packaged.Manifest, dir string) error {
	as := packaged.Loose(m.Release)
	for _, top := range []string{"boot", "lib"} {
		err := fs.WalkDir(t.files, top, func(name string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			to := as(name)
			if err != nil || to == "" || !d.Type().IsRegular() {
				return err
			}
			return t.move(name, filepath.Join(dir, to))
		})
		if err != nil {
			return err
		}
	}
	config := filepath.Join(dir, as("boot/config-"+m.Release))
	if _, err := os.Stat(config); err == nil {
		return nil
	}
	return t.copy(path.Join(m.KDir, ".config"), config)
}

func (t *tree) move(name, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.Rename(filepath.Join(t.root.Name(), name), to)
}

func (t *tree) copy(name, to string) error {
	from, err := t.root.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	data, err := io.ReadAll(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// check finds faults in the loose files before they become an entry.
func (t *tree) check(m packaged.Manifest, dir string) error {
	as := packaged.Loose(m.Release)
	image, err := bootimage.ReadBzImage(filepath.Join(dir, as("boot/vmlinuz-"+m.Release)))
	if err != nil {
		return t.bad("the image of "+m.Release+" cannot be read", err)
	}
	switch built, err := bootimage.BzImageRelease(image); {
	case err != nil:
		return t.bad("the image of "+m.Release+" cannot be read", err)
	case built != m.Release:
		return blame.AdviseUserf("use the packages as they were built", "the image that is installed as %s is %s", m.Release, built)
	}
	config, err := dotconfig.Read(filepath.Join(dir, as("boot/config-"+m.Release)))
	if err != nil {
		return t.bad("the configuration of "+m.Release+" cannot be read", err)
	}
	if _, err := initramfs.FindModules(os.DirFS(filepath.Join(dir, "kernel")), config); err != nil {
		return &blame.Error{Party: blame.User, Summary: t.dir, Advice: "add the package with the modules of " + m.Release + ": " + t.format().modules, Err: err}
	}
	return nil
}

func (t *tree) bad(summary string, err error) error {
	return &blame.Error{Party: blame.User, Summary: summary, Advice: "the packages in " + t.dir + " are damaged, or not for this architecture: download them again", Err: err}
}

func (s *set) format() *format { return s.pkgs[0].format }

func (s *set) names() string {
	var names []string
	for _, p := range s.pkgs {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}
