// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/cache"
)

// Listing is one kernel that can be named.
type Listing struct {
	Spec    string // what to give as the kernel
	Release string // uname -r
	Source  string // the suite; "cache" when apt has it no more, "running" for the host
	Cached  bool
}

// List names what apt offers, series first, then exact versions, newest
// first; then what only the cache has; then the host's own kernel. Without
// apt or its lists the rest is returned together with the error.
func List(ctx context.Context, c *cache.Cache) ([]Listing, error) {
	pkgs, err := aptPackages(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	keys, keysErr := c.Entries(kernels)
	if keysErr != nil {
		return nil, keysErr
	}
	list := listOffers(offers(pkgs), keys)
	for _, key := range keys {
		if m, err := readManifest(c, key); err == nil && !slices.ContainsFunc(list, m.isListed) {
			list = append(list, Listing{"debian:" + m.Version, m.Release, "cache", true})
		}
	}
	return append(list, listHost()...), err
}

func (m manifest) isListed(l Listing) bool {
	return l.Release == m.Release && l.Spec == "debian:"+m.Version
}

func listOffers(found []offer, keys []string) []Listing {
	var series, exact []Listing
	for _, o := range found {
		l := Listing{"debian:" + o.Version, o.Release, o.Suite, slices.Contains(keys, o.key())}
		exact = append(exact, l)
		l.Spec = "debian:" + o.series()
		if !slices.ContainsFunc(series, func(s Listing) bool { return s.Spec == l.Spec }) {
			series = append(series, l)
		}
	}
	return append(series, exact...)
}

func listHost() []Listing {
	text, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return nil
	}
	release := strings.TrimSpace(string(text))
	if _, _, err := hostFiles("/", release); err != nil {
		return nil
	}
	return []Listing{{"host", release, "running", false}}
}
