// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"slices"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// list names the kernels that Debian offers, release by release, newest first,
// then those that only the cache has. It returns the known ones even with an
// error.
func list(ctx context.Context, c *cache.Cache) ([]images.Listing, error) {
	s := shelf(c)
	keys, err := s.Keys()
	if err != nil {
		return nil, err
	}
	var all []images.Listing
	var errs []error
	for _, r := range releases {
		found, err := releaseOffers(ctx, c, r)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for _, l := range listOffers(s, found, keys) {
			if !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
		errs = append(errs, err)
	}
	for _, cached := range listCached(s, keys) {
		if !slices.ContainsFunc(all, func(l images.Listing) bool { return l.Spec == cached.Spec && l.Release == cached.Release }) {
			all = append(all, cached)
		}
	}
	return all, blame.Join(errs...)
}

// Cached names the kernels in the cache, without asking apt.
func Cached(c *cache.Cache) []images.Listing {
	s := shelf(c)
	keys, err := s.Keys()
	if err != nil {
		return nil
	}
	return listCached(s, keys)
}

func listCached(s packaged.Store, keys []string) (list []images.Listing) {
	for _, key := range keys {
		m, err := s.Manifest(key)
		l := images.Listing{Spec: s.Name(m.Version), Release: m.Release, Source: "cache", Cached: true, Tried: tried[m.Version]}
		if err == nil && !slices.Contains(list, l) { // it may be cached in several layouts, and equipped
			list = append(list, l)
		}
	}
	return list
}

// releaseOffers lists the kernels of one release.
func releaseOffers(ctx context.Context, c *cache.Cache, r release) ([]offer, error) {
	a, err := current(ctx, c, r, images.Options{Notice: c.Tell})
	if err != nil {
		return nil, err
	}
	pkgs, err := a.packages(ctx)
	return offers(pkgs), err
}

func listOffers(s packaged.Store, found []offer, keys []string) []images.Listing {
	var list []images.Listing
	for _, o := range found {
		list = append(list, images.Listing{Spec: s.Name(o.Version), Release: o.Release, Source: o.suite(), Cached: o.among(s, keys), Tried: tried[o.Version]})
	}
	return list
}
