// SPDX-License-Identifier: Apache-2.0

package packaged

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/toolchain"
)

// kind is the kind of the entries in the cache.
const kind = "kernels"

// Layout is the version of an entry's layout, at the end of its key. A klptest
// uses only entries of its own layout: others may lack what it needs.
const Layout = "_3"

// Store is the part of the cache that holds one distribution's kernels.
type Store struct {
	Cache  *cache.Cache
	Scheme string // "debian": the prefix of its keys and, with a colon, of its kernels' names
}

// Key returns the key of an entry. Each id of the distribution names one entry.
func (s Store) Key(id string) string { return s.Scheme + "-" + id + Layout }

// Name returns the exact notation of a version.
func (s Store) Name(version string) string { return s.Scheme + ":" + version }

// Keys lists the distribution's entries, including those that cannot be used.
func (s Store) Keys() ([]string, error) {
	keys, err := s.Cache.Entries(kind)
	others := func(key string) bool { return !strings.HasPrefix(key, s.Scheme+"-") }
	return slices.DeleteFunc(keys, others), err
}

// Manifest reads the manifest of an entry.
func (s Store) Manifest(key string) (Manifest, error) { return readManifest(s.dir(key)) }

func (s Store) dir(key string) string { return filepath.Join(s.Cache.Root(), kind, key) }

// Load returns the kernel of an entry, or nil if it is missing or cannot be
// used.
func (s Store) Load(key string) *images.Kernel {
	if !strings.HasSuffix(key, Layout) {
		return nil
	}
	dir, ok := s.Cache.Lookup(kind, key)
	if !ok {
		return nil
	}
	m, err := readManifest(dir)
	if err != nil {
		return nil
	}
	config, err := dotconfig.Read(filepath.Join(dir, configFile))
	if err != nil {
		return nil
	}
	k := &images.Kernel{
		Name:    s.Name(m.Version),
		Release: m.Release,
		Image:   filepath.Join(dir, m.Boot),
		BzImage: filepath.Join(dir, imageFile),
		KDir:    filepath.Join(dir, m.KDir),
		Headers: within(dir, m.Headers),
		Config:  config,
		Modules: within(dir, m.Modules),
		Key:     key,
	}
	if m.Toolchain != "" {
		k.Toolchain = filepath.Join(s.Cache.Root(), toolchain.Kind, m.Toolchain)
	}
	return k
}

// Make returns the kernel of an entry. If there is no entry, fill makes it: it
// downloads to scratch, unpacks to dir and calls [Complete].
func (s Store) Make(ctx context.Context, key string, fill func(ctx context.Context, dir, scratch string) error) (*images.Kernel, error) {
	dir, err := s.Cache.Entry(ctx, kind, key, func(ctx context.Context, dir string) error {
		scratch, release, err := s.Cache.Temp("download")
		if err != nil {
			return err
		}
		defer release()
		return fill(ctx, dir, scratch)
	})
	if err != nil {
		return nil, err
	}
	if k := s.Load(key); k != nil {
		return k, nil
	}
	return nil, &blame.Error{Summary: "the unpacked kernel in " + dir + " cannot be read", Advice: "rm -r '" + dir + "' (it will be fetched again)"}
}
