// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/debian/debiantest"
	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/cache/cachetest"
)

var any612 = wanted{version: "6.12"}

func TestNewestHoldsAsLongAsTheLists(t *testing.T) {
	debiantest.Apt(t)
	c := cachetest.New(t)
	n := newestOf(c, any612)
	if got := n.recall(); got != "" {
		t.Errorf("nothing was remembered, but %q", got)
	}
	a, err := trixie(t, c, images.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n.remember(a, "key")
	if got := n.recall(); got != "key" {
		t.Errorf("recall = %q", got)
	}
	if got := newestOf(c, wanted{suite: "trixie", version: "6.12"}).recall(); got != "" {
		t.Errorf("another notation's: %q", got)
	}
	for _, age := range []time.Duration{time.Minute, 25 * time.Hour} { // a refresh, and old lists
		aged(t, a, refreshed, age)
		if got := n.recall(); got != "" {
			t.Errorf("lists of %v ago: %q", age, got)
		}
	}
	if left, err := os.ReadDir(filepath.Join(c.Root(), "tmp")); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// forget makes the next search for the newest 6.12 ask apt, as new lists do.
func forget(t *testing.T, c *cache.Cache) {
	t.Helper()
	if err := os.Remove(newestOf(c, any612).path); err != nil {
		t.Fatal(err)
	}
}
