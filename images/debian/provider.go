// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"slices"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/cache"
)

// Provider provides Debian's kernels, as "debian:6.12" and the like.
func Provider() images.Provider {
	return images.Provider{
		Notations: []images.Notation{
			{Form: "debian:6.12", Meaning: "the newest 6.12 in the apt sources (also debian:6.1)"},
			{Form: "debian:6.12.115-1~deb12u1", Meaning: "that package version, or its release: debian:6.12.115+deb12"},
		},
		Match: func(spec string) (bool, error) {
			_, ours, err := parse(spec)
			return ours, err
		},
		Resolve: func(ctx context.Context, c *cache.Cache, spec string, o images.Options) (*images.Kernel, error) {
			w, _, err := parse(spec)
			if err != nil {
				return nil, err
			}
			return resolve(ctx, shelf(c), w, o)
		},
		List: list,
	}
}

// shelf is where the cache has Debian's kernels.
func shelf(c *cache.Cache) packaged.Store { return packaged.Store{Cache: c, Scheme: scheme} }

// resolve takes an exact version from the cache, if it is there, and the
// newest of a series from what apt offers now. Without apt, its lists or the
// network it takes the newest one that the cache has.
func resolve(ctx context.Context, s packaged.Store, w wanted, o images.Options) (*images.Kernel, error) {
	if k := known(s, w); k != nil {
		return k, nil
	}
	k, err := fromApt(ctx, s, w, o)
	if err == nil {
		if !w.exact {
			newestOf(s.Cache, w.version).remember(s.Cache, k.Key)
		}
		return k, nil
	}
	if ctx.Err() != nil {
		return nil, err
	}
	if k := newestCached(s, w); k != nil {
		o.Tell("using " + k.Name + " from the cache: " + err.Error())
		return k, nil
	}
	return nil, err
}

// known returns the cached kernel if apt need not be asked.
func known(s packaged.Store, w wanted) *images.Kernel {
	if w.exact {
		return newestCached(s, w)
	}
	return s.Load(newestOf(s.Cache, w.version).recall())
}

func fromApt(ctx context.Context, s packaged.Store, w wanted, o images.Options) (*images.Kernel, error) {
	pkgs, err := aptPackages(ctx)
	if err != nil {
		return nil, err
	}
	all := offers(pkgs)
	for _, of := range all {
		if !w.admits(of) {
			continue
		}
		if k := s.Load(of.key(s)); k != nil {
			return k, nil
		}
		depends, err := aptDepends(ctx, of.headers(), of.Version)
		if err != nil {
			return nil, err
		}
		if kbuild, ok := kbuildFor(depends, pkgs); ok {
			return fetch(ctx, s, of, kbuild, o)
		}
	}
	l, err := aptLists(ctx)
	if err != nil {
		return nil, err
	}
	if w.exact {
		return nil, noVersion(w.version, all, l)
	}
	return nil, noSeries(w.version, osRelease(), all, l)
}

// newestCached returns the newest wanted kernel that the cache has, without apt.
func newestCached(s packaged.Store, w wanted) *images.Kernel {
	keys, err := s.Keys()
	if err != nil {
		return nil
	}
	var fitting []offer
	for _, key := range keys {
		if m, err := s.Manifest(key); err == nil && w.admits(offered(m)) {
			fitting = append(fitting, offered(m))
		}
	}
	slices.SortFunc(fitting, newestFirst)
	for _, of := range fitting {
		if k := s.Load(of.key(s)); k != nil {
			return k
		}
	}
	return nil
}
