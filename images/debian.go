// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"slices"

	"github.com/klptest/klptest/internal/cache"
)

// kernels is the cache's kind for unpacked packages.
const kernels = "kernels"

// resolveDebian takes an exact version from the cache, if it is there, and the
// newest of a series from what apt offers now. Without apt, its lists or the
// network the cache must do.
func resolveDebian(ctx context.Context, c *cache.Cache, s spec, o Options) (*Kernel, error) {
	if k := known(c, s); k != nil {
		return k, nil
	}
	k, err := fromApt(ctx, c, s, o)
	if err == nil {
		if s.form == formSeries {
			newestOf(c, s.value).remember(c, k.Key)
		}
		return k, nil
	}
	if ctx.Err() != nil {
		return nil, err
	}
	if k := newestCached(c, s); k != nil {
		o.notice("using " + k.Name + ", which the cache has: " + err.Error())
		return k, nil
	}
	return nil, err
}

// known is the kernel when the cache has it and apt could not say otherwise.
func known(c *cache.Cache, s spec) *Kernel {
	if s.form == formExact {
		return newestCached(c, s)
	}
	return load(c, newestOf(c, s.value).recall())
}

func fromApt(ctx context.Context, c *cache.Cache, s spec, o Options) (*Kernel, error) {
	pkgs, err := aptPackages(ctx)
	if err != nil {
		return nil, err
	}
	all := offers(pkgs)
	for _, of := range all {
		if !s.admits(of) {
			continue
		}
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
	l, err := aptLists(ctx)
	if err != nil {
		return nil, err
	}
	if s.form == formExact {
		return nil, noVersion(s.value, all, l)
	}
	return nil, noSeries(s.value, osRelease(), all, l)
}

func (s spec) admits(o offer) bool {
	if s.form == formExact {
		return o.matches(s.value)
	}
	return o.series() == s.value
}

// newestCached finds what was unpacked before; apt need not be there.
func newestCached(c *cache.Cache, s spec) *Kernel {
	keys, err := c.Entries(kernels)
	if err != nil {
		return nil
	}
	var fitting []offer
	for _, key := range keys {
		if m, err := readManifest(c, key); err == nil && s.admits(m.offer()) {
			fitting = append(fitting, m.offer())
		}
	}
	slices.SortFunc(fitting, newestFirst)
	for _, of := range fitting {
		if k := load(c, of.key()); k != nil {
			return k
		}
	}
	return nil
}
