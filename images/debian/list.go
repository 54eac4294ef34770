// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"slices"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/cache"
)

// list names what apt offers, series first, then exact versions, newest first;
// then what only the cache has. Without apt or its lists it returns the latter
// together with the error.
func list(ctx context.Context, c *cache.Cache) ([]images.Listing, error) {
	pkgs, err := aptPackages(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	s := shelf(c)
	keys, keysErr := s.Keys()
	if keysErr != nil {
		return nil, keysErr
	}
	list := listOffers(s, offers(pkgs), keys)
	for _, key := range keys {
		m, err := s.Manifest(key)
		cached := images.Listing{Spec: s.Name(m.Version), Release: m.Release, Source: "cache", Cached: true}
		if err == nil && !slices.ContainsFunc(list, func(l images.Listing) bool { return l.Spec == cached.Spec && l.Release == cached.Release }) {
			list = append(list, cached)
		}
	}
	return list, err
}

func listOffers(s packaged.Store, found []offer, keys []string) []images.Listing {
	var series, exact []images.Listing
	for _, o := range found {
		l := images.Listing{Spec: s.Name(o.Version), Release: o.Release, Source: o.Suite, Cached: slices.Contains(keys, o.key(s))}
		exact = append(exact, l)
		l.Spec = s.Name(o.series())
		if !slices.ContainsFunc(series, func(s images.Listing) bool { return s.Spec == l.Spec }) {
			series = append(series, l)
		}
	}
	return append(series, exact...)
}
