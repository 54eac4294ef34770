// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"slices"

	"github.com/klptest/klptest/images/packaged"
	"github.com/klptest/klptest/internal/toolchain"
)

// withToolchain returns the offer whose cache entry has a toolchain in any case. Without
// one, an entry has the programs of linux-kbuild as Debian has built them: they run on the
// host that made the entry, but not on one with an older glibc that shares the cache.
func (o offer) withToolchain() offer {
	o.equipped = true
	return o
}

// here returns the offer whose cache entry this host can use, or is to make.
func (o offer) here(ctx context.Context, s packaged.Store) offer {
	equipped := o.withToolchain()
	m, err := s.Manifest(o.key(s))
	_, none := s.Manifest(equipped.key(s))
	if err == nil && toolchain.HasGlibc(ctx, m.Glibc) || err != nil && none != nil {
		return o
	}
	return equipped
}

// among reports whether one of the keys is that of the offer, equipped or not.
func (o offer) among(s packaged.Store, keys []string) bool {
	return slices.Contains(keys, o.key(s)) || slices.Contains(keys, o.withToolchain().key(s))
}
