// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/internal/cache"
)

// manifest is kernel.json of a cache entry. Paths are relative to the entry,
// so that the cache can be moved.
type manifest struct {
	Release string
	Version string
	Image   string // package
	Boot    string // vmlinux or bzImage
	KDir    string
	Headers []string
	Modules []string
}

func (m manifest) offer() offer {
	return offer{Release: m.Release, Version: m.Version, Image: m.Image}
}

func (m manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "kernel.json"), text, 0o600)
}

func readManifest(c *cache.Cache, key string) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(filepath.Join(c.Root(), kernels, key, "kernel.json"))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(text, &m)
}

// load makes a kernel of a cache entry, or nil when there is none that can be
// used.
func load(c *cache.Cache, key string) *Kernel {
	dir, ok := c.Lookup(kernels, key)
	if !ok {
		return nil
	}
	m, err := readManifest(c, key)
	if err != nil || m.offer().key() != key { // the latter is of another layout
		return nil
	}
	config, err := dotconfig.Read(filepath.Join(dir, "config"))
	if err != nil {
		return nil
	}
	return &Kernel{
		Name:    "debian:" + m.Version,
		Release: m.Release,
		Image:   filepath.Join(dir, m.Boot),
		BzImage: filepath.Join(dir, "bzImage"),
		KDir:    filepath.Join(dir, m.KDir),
		Headers: within(dir, m.Headers),
		Config:  config,
		Modules: within(dir, m.Modules),
		Key:     key,
	}
}

// builtAgainst is the part of an entry that modules are built against. It has
// checksums of its own: it is of 17000 files, and most runs read none of them.
const builtAgainst = "usr"

// Mend makes sure that what modules of a kernel are built against is not
// damaged, where the cache has it: else the kernel is fetched again. It is for
// the moment before a build.
func (k *Kernel) Mend(ctx context.Context, c *cache.Cache, o Options) error {
	if k.Key == "" {
		return nil
	}
	damage := cache.Check(filepath.Join(c.Root(), kernels, k.Key, builtAgainst))
	if damage == nil {
		return nil
	}
	if err := c.Condemn(kernels, k.Key, fmt.Errorf("%s: %w", builtAgainst, damage)); err != nil {
		return err
	}
	exact, err := parseSpec(k.Name)
	if err == nil {
		_, err = resolveDebian(ctx, c, exact, o)
	}
	return err
}

func within(dir string, names []string) []string {
	var paths []string
	for _, n := range names {
		paths = append(paths, filepath.Join(dir, n))
	}
	return paths
}
