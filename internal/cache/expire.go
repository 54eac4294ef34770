// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"os"
	"time"
)

// Expire deletes the entries of these kinds that have been unused for that long. It
// does nothing while another process uses the cache and may be about to open one; a
// later call deletes them.
func (c *Cache) Expire(ctx context.Context, unused time.Duration, kinds ...string) error {
	var old []Usage
	for _, kind := range kinds {
		keys, err := c.Entries(kind)
		if err != nil {
			return err
		}
		for _, key := range keys {
			info, err := os.Stat(c.in(kind, key))
			if err == nil && time.Since(info.ModTime()) > unused {
				old = append(old, Usage{Kind: kind, Key: key})
			}
		}
	}
	if len(old) == 0 {
		return nil
	}
	alone, err := c.claim()
	if errors.Is(err, errInUse) {
		return nil
	}
	if err != nil {
		return err
	}
	defer alone()
	return c.removeEach(ctx, old)
}
