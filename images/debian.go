// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"slices"

	"github.com/klptest/klptest/internal/cache"
)

// kernels is the cache's kind for unpacked packages.
const kernels = "kernels"

func resolveDebian(ctx context.Context, c *cache.Cache, s Spec, o Options) (*Kernel, error) {
	if s.Form == Exact {
		if k := cached(c, s.Value); k != nil {
			return k, nil
		}
	}
	pkgs, err := aptPackages(ctx)
	if err != nil {
		return nil, err
	}
	all := offers(pkgs)
	fitting := slices.DeleteFunc(slices.Clone(all), func(of offer) bool { return !s.admits(of) })
	for _, of := range fitting {
		if k := load(c, of.key()); k != nil {
			return k, nil
		}
		depends, err := aptDepends(ctx, of.headers(), of.Version)
		if err != nil {
			return nil, err
		}
		if kbuild, ok := kbuildFor(depends, pkgs); ok {
			return fetch(ctx, c, of, kbuild, o)
		}
	}
	if s.Form == Exact {
		return nil, noVersion(s.Value, all)
	}
	return nil, noSeries(s.Value, osRelease(), all)
}

func (s Spec) admits(o offer) bool {
	if s.Form == Exact {
		return o.matches(s.Value)
	}
	return o.series() == s.Value
}

// cached finds an exact version that was unpacked before; apt need not be
// there then.
func cached(c *cache.Cache, version string) *Kernel {
	keys, err := c.Entries(kernels)
	if err != nil {
		return nil
	}
	for _, key := range slices.Backward(keys) {
		if m, err := readManifest(c, key); err == nil && m.offer().matches(version) {
			return load(c, key)
		}
	}
	return nil
}
