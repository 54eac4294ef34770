// SPDX-License-Identifier: Apache-2.0

package packaged

import (
	"fmt"
	"path/filepath"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/cache"
)

// Condemn makes the cache forget a kernel's entry if what modules are built
// against is damaged, and reports whether it was. A live kernel has no entry.
func Condemn(c *cache.Cache, k *images.Kernel) (bool, error) {
	if k.Live() {
		return false, nil
	}
	damage := cache.Check(filepath.Join(c.Root(), kind, k.Key, builtAgainst))
	if damage == nil {
		return false, nil
	}
	return true, c.Condemn(kind, k.Key, fmt.Errorf("%s: %w", builtAgainst, damage))
}
