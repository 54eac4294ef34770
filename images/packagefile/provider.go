// SPDX-License-Identifier: Apache-2.0

package packagefile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// Provider provides the kernels in package files. It must precede the provider
// of other paths.
func Provider() images.Provider {
	return images.Provider{
		Notations: []images.Notation{{Form: "PACKAGES", Meaning: "a directory of a kernel's .deb or .rpm packages, or one of them"}},
		Match:     func(spec string) (bool, error) { return matches(spec), nil },
		Resolve:   resolve,
	}
}

// matches reports whether spec is a package file, or a directory that has some
// and is not a kernel tree. Like other paths, one with a colon must have a
// slash.
func matches(spec string) bool {
	if strings.Contains(spec, ":") && !strings.Contains(spec, "/") {
		return false
	}
	info, err := os.Stat(spec)
	if err != nil || !info.IsDir() {
		return formatOf(spec) != nil
	}
	return !isTree(spec) && len(packagesIn(spec)) > 0
}

// isTree reports whether a directory is a kernel's source or build tree.
func isTree(dir string) bool {
	return slices.ContainsFunc([]string{".config", "Kconfig"}, func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, name))
		return err == nil
	})
}

func resolve(ctx context.Context, c *cache.Cache, spec string, o images.Options) (*images.Kernel, error) {
	path, err := filepath.Abs(spec)
	if err != nil {
		return nil, err
	}
	s, err := choose(ctx, path)
	if err != nil {
		return nil, err
	}
	id, err := s.id()
	if err != nil {
		return nil, err
	}
	shelf := packaged.Store{Cache: c, Scheme: s.pkgs[0].format.name}
	return shelf.Make(ctx, shelf.Key(id), func(ctx context.Context, dir, scratch string) error {
		if err := s.fill(ctx, dir, scratch, o); err != nil {
			return err
		}
		if now, err := s.id(); err != nil || now != id {
			return blame.AdviseUserf("wait until they are complete", "the packages in %s have changed while they were read", s.dir)
		}
		return nil
	})
}

// id returns a checksum of the packages' contents.
func (s *set) id() (string, error) {
	var sums []string
	for _, p := range s.pkgs {
		sum, err := fileSum(p.path)
		if err != nil {
			return "", err
		}
		sums = append(sums, sum)
	}
	slices.Sort(sums)
	all := sha256.Sum256([]byte(strings.Join(sums, "\n")))
	return hex.EncodeToString(all[:16]), nil
}

func fileSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}
