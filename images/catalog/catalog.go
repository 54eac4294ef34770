// SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"context"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian"
	"github.com/klptest/klptest/images/local"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/images/packagefile"
	"github.com/klptest/klptest/internal/cache"
)

// providers are asked in this order. local.Paths takes any path, so a provider
// of packages that are named by their paths must precede it.
var providers = images.Providers{
	debian.Provider(),
	packagefile.Provider(),
	local.Paths(),
	local.Host(),
}

// Resolve finds a kernel by its notation; see [images.Providers.Resolve]. A
// packaged kernel is downloaded and unpacked unless the cache has it; a source
// is built unless it is already built.
func Resolve(ctx context.Context, c *cache.Cache, spec string, o images.Options) (*images.Kernel, error) {
	return providers.Resolve(ctx, c, spec, o)
}

// List names the kernels that are available now, distributions first. It returns
// the known ones even with an error.
func List(ctx context.Context, c *cache.Cache) ([]images.Listing, error) {
	return providers.List(ctx, c)
}

// Cached names the kernels that are in the cache, without asking a distribution.
func Cached(c *cache.Cache) []images.Listing { return debian.Cached(c) }

// Source obtains a part of a kernel's source; see [images.Providers.Source].
func Source(ctx context.Context, c *cache.Cache, k *images.Kernel, part string, o images.Options) (dir string, err error) {
	return providers.Source(ctx, c, k, part, o)
}

// Mend fetches or unpacks a packaged kernel again if the files that modules are
// built against are damaged in the cache. It is meant to be called before a
// build.
func Mend(ctx context.Context, c *cache.Cache, k *images.Kernel, o images.Options) error {
	damaged, err := packaged.Condemn(c, k)
	if err != nil || !damaged {
		return err
	}
	return providers.Again(ctx, c, k, o)
}
