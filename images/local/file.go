// SPDX-License-Identifier: Apache-2.0

package local

import (
	"context"
	"path/filepath"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// resolveFile takes an image from one place and the tree that modules are built
// against from another.
func resolveFile(ctx context.Context, c *cache.Cache, path string, o images.Options) (*images.Kernel, error) {
	if o.KDir == "" {
		return nil, blame.AdviseUserf("name the build tree or headers of that kernel: --kdir DIR", "%s alone is not enough: modules are built against headers", path)
	}
	kdir, err := filepath.Abs(o.KDir)
	if err != nil {
		return nil, err
	}
	config, want, err := readTree(kdir)
	if err != nil {
		return nil, err
	}
	k := &images.Kernel{KDir: kdir, Headers: beside(kdir), Config: config}
	if err := addImage(ctx, c, k, path, o); err != nil {
		return nil, err
	}
	if k.Release != want {
		return nil, blame.AdviseUserf("give the --kdir of the same build", "%s is %s, but %s is for %s", path, k.Release, kdir, want)
	}
	k.Name = k.Release
	k.Modules, err = findModules(ctx, c, k, kdir, filepath.Join("/lib/modules", k.Release, "kernel"))
	if fetched := fetchedModules(path); err != nil && fetched != nil {
		k.Modules, err = fetched, nil
	}
	return k, err
}

// fetchedModules returns the guest's modules beside the image of a packaged kernel in
// the cache, in load order; see package packaged.
func fetchedModules(image string) []string {
	list, _ := filepath.Glob(filepath.Join(filepath.Dir(image), "modules", "[0-9][0-9]-*.ko")) // the pattern is valid
	return list
}
