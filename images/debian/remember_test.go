// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/cache"
)

func TestNewestHoldsAsLongAsAptsState(t *testing.T) {
	c, err := cache.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	lists := t.TempDir()
	now := func() newest { return newest{filepath.Join(c.Root(), "newest-6.12"), aptState([]string{lists})} }
	if got := now().recall(); got != "" {
		t.Errorf("nothing was remembered, but %q", got)
	}
	now().remember(c, "key")
	if got := now().recall(); got != "key" {
		t.Errorf("recall = %q", got)
	}
	later := time.Now().Add(time.Second)
	if err := os.Chtimes(lists, later, later); err != nil {
		t.Fatal(err)
	}
	if got := now().recall(); got != "" {
		t.Errorf("after apt-get update: %q", got)
	}
	if left, err := os.ReadDir(filepath.Join(c.Root(), "tmp")); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestNewestNeedsAptsState(t *testing.T) {
	c, err := cache.Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	n := newest{filepath.Join(c.Root(), "newest-6.12"), aptState([]string{"/does/not/exist"})}
	n.remember(c, "key")
	if got := n.recall(); got != "" {
		t.Errorf("without apt's state: %q", got)
	}
}

// forget makes the next look for the newest 6.12 ask apt, as a change of its
// state does.
func forget(t *testing.T, c *cache.Cache) {
	t.Helper()
	if err := os.Remove(newestOf(c, "6.12").path); err != nil {
		t.Fatal(err)
	}
}
