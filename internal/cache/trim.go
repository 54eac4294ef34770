// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"slices"
	"time"
)

// Trim deletes the entries of these kinds that have been unused for that long, and then
// the least recently used ones until the others take at most max bytes. Entries that this
// or another process may be using stay; a later call deletes them.
func (c *Cache) Trim(ctx context.Context, unused time.Duration, max int64, kinds ...string) error {
	list, err := c.listing(kinds)
	if err != nil {
		return err
	}
	old := slices.IndexFunc(list, func(u Usage) bool { return time.Since(u.Used) > unused })
	if old < 0 {
		old = len(list)
	}
	for i := range list[:old] {
		list[i].Size = c.size(list[i])
	}
	_, err = c.removeIdle(ctx, slices.Concat(Excess(list[:old], max), list[old:]))
	return err
}
