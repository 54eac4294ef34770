// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache"
)

// Source obtains a part of a kernel's source: part is a directory of a source
// tree, and the tree dir has at least that.
func (ps Providers) Source(ctx context.Context, c *cache.Cache, k *Kernel, part string, o Options) (dir string, err error) {
	spec := k.Name
	p, err := ps.match(spec)
	if err != nil || p.Source == nil {
		if p, err = ps.match(k.Spec); err != nil {
			return "", err
		}
	}
	if p.Source != nil {
		dir, err = p.Source(ctx, c, k, part, o)
	}
	if err == nil && dir == "" {
		err = NoSource(k, part)
	}
	return dir, err
}

// NoSource returns the error about a kernel whose source is not available.
func NoSource(k *Kernel, part string) error {
	return blame.AdviseUserf("name a source of the same version, or the directory in it: --src DIR", "the source of the kernel %s is not at hand (%s)", k.Name, part)
}
