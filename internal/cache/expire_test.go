// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestExpire: an entry used an hour ago stays, and one used two hours ago goes,
// but not while another process may be about to open it.
func TestExpire(t *testing.T) {
	c := filled(t, "a", "b", "c")
	other, err := Open(c.Root(), nil)
	if err != nil {
		t.Fatal(err)
	}
	expire := func(kind string, want ...string) {
		t.Helper()
		if err := c.Expire(t.Context(), 90*time.Minute, kind, "none"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, names(usage(t, c))); diff != "" {
			t.Error(diff)
		}
	}
	expire("kind", "kind/a", "kind/b", "kind/c")
	if err := other.users.Close(); err != nil {
		t.Fatal(err)
	}
	expire("other", "kind/a", "kind/b", "kind/c")
	expire("kind", "kind/a")
}
