// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestTrim: the entries of filled were used one, two and three hours ago.
func TestTrim(t *testing.T) {
	for name, test := range map[string]struct {
		unused time.Duration
		max    int64
		kind   string
		want   []string
	}{
		"another kind": {0, 0, "other", []string{"kind/a", "kind/b", "kind/c"}},
		"within both":  {4 * time.Hour, 400 << 10, "kind", []string{"kind/a", "kind/b", "kind/c"}},
		"unused":       {90 * time.Minute, math.MaxInt64, "kind", []string{"kind/a"}},
		"too large":    {4 * time.Hour, 250 << 10, "kind", []string{"kind/a", "kind/b"}},
		"the unused do not count as large": {
			150 * time.Minute, 250 << 10, "kind", []string{"kind/a", "kind/b"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := filled(t, "a", "b", "c")
			if err := c.Trim(t.Context(), test.unused, test.max, test.kind, "none"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, names(usage(t, c))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTrimLeavesWhatMayBeInUse: the process that came first may be using what has been used
// since then, even before the process that trims came.
func TestTrimLeavesWhatMayBeInUse(t *testing.T) {
	first := filled(t, "a", "b")
	touch(first.in("kind", "a"))
	c, err := Open(first.Root(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Trim(t.Context(), 0, 0, "kind"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"kind/a"}, names(usage(t, c))); diff != "" {
		t.Error(diff)
	}
}
