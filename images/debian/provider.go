// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"slices"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/cache"
)

// Provider provides Debian's kernels, such as "debian:6.12".
func Provider() images.Provider {
	return images.Provider{
		Notations: []images.Notation{
			{Form: "debian:6.12", Meaning: "Debian's newest 6.12, of this host's release if that has one"},
			{Form: "debian:trixie", Meaning: "the newest of a release or suite (debian:trixie-backports, debian:sid)"},
			{Form: "debian:trixie/6.12", Meaning: "the newest 6.12 of a release"},
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
			s := shelf(c)
			k, err := resolve(ctx, s, w, o)
			if err != nil {
				return nil, err
			}
			return k, equip(ctx, s, k, o)
		},
		Source: source,
		List:   list,
	}
}

// shelf returns the part of the cache that has Debian's kernels.
func shelf(c *cache.Cache) packaged.Store { return packaged.Store{Cache: c, Scheme: scheme} }

// resolve takes an exact version from the cache, if it is there, and otherwise
// what Debian has now. If that fails, it takes the newest one that the cache
// has.
func resolve(ctx context.Context, s packaged.Store, w wanted, o images.Options) (*images.Kernel, error) {
	if k := known(ctx, s, w); k != nil {
		return k, nil
	}
	k, err := find(ctx, s, w, o)
	if err == nil || ctx.Err() != nil {
		return k, err
	}
	if k := newestCached(s, w, here(ctx, s)); k != nil {
		o.Tell("using " + k.Name + " from the cache: " + err.Error())
		return k, nil
	}
	if k := newestCached(s, w, asItIs); k != nil {
		o.Tell("using " + k.Name + " from the cache, although this host's glibc is too old to build modules for it: " + err.Error())
		return k, nil
	}
	return nil, err
}

// known returns the cached kernel if Debian need not be asked.
func known(ctx context.Context, s packaged.Store, w wanted) *images.Kernel {
	if w.exact {
		return newestCached(s, w, here(ctx, s))
	}
	m, err := s.Manifest(newestOf(s.Cache, w).recall())
	if err != nil {
		return nil
	}
	return s.Load(offered(m).here(ctx, s).key(s))
}

// find looks for a kernel in the releases that may have it.
func find(ctx context.Context, s packaged.Store, w wanted, o images.Options) (*images.Kernel, error) {
	var seen []offer
	for _, r := range w.sought(codename(osRelease())) {
		a, err := current(ctx, s.Cache, r, o)
		if err != nil {
			return nil, err
		}
		k, all, err := a.kernel(ctx, s, w, o)
		if (k == nil || err != nil) && ctx.Err() == nil && a.again(ctx, o) {
			k, all, err = a.kernel(ctx, s, w, o)
		}
		if err != nil {
			return nil, err
		}
		if k != nil {
			if !w.exact { // an exact version is looked up in the cache itself
				newestOf(s.Cache, w).remember(a, k.Key)
			}
			return k, nil
		}
		seen = append(seen, all...)
	}
	return nil, notFound(w, seen)
}

// kernel returns the newest wanted kernel, or nil, and all kernels that the
// archive offers.
func (a archive) kernel(ctx context.Context, s packaged.Store, w wanted, o images.Options) (*images.Kernel, []offer, error) {
	pkgs, err := a.packages(ctx)
	if err != nil {
		return nil, nil, err
	}
	all := offers(pkgs)
	for _, of := range all {
		if !w.admits(of) {
			continue
		}
		of = of.here(ctx, s)
		if k := s.Load(of.key(s)); k != nil {
			return k, all, nil
		}
		p, complete, err := a.parts(ctx, of, pkgs)
		if err != nil {
			return nil, all, err
		}
		if complete {
			k, err := a.fetch(ctx, s, p, o)
			return k, all, err
		}
	}
	return nil, all, nil
}

// here and asItIs choose the cache entry of an offer: one that this host can use, or the
// one that was made first.
func here(ctx context.Context, s packaged.Store) func(offer) offer {
	return func(of offer) offer { return of.here(ctx, s) }
}
func asItIs(of offer) offer { return of }

// newestCached returns the newest wanted kernel that the cache has.
func newestCached(s packaged.Store, w wanted, chosen func(offer) offer) *images.Kernel {
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
		if k := s.Load(chosen(of).key(s)); k != nil {
			return k
		}
	}
	return nil
}
