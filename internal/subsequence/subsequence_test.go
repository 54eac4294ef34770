// SPDX-License-Identifier: Apache-2.0

package subsequence

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCommon(t *testing.T) {
	texts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts.Draw(t, "a"), texts.Draw(t, "b")
		list := Common(a, b)
		for i, m := range list {
			if a[m.Old] != b[m.New] || i > 0 && (m.Old <= list[i-1].Old || m.New <= list[i-1].New) {
				t.Fatalf("%v is no subsequence of %q and %q", list, a, b)
			}
		}
		if want := longestCommon(a, b); len(list) != want {
			t.Fatalf("%v has not %d lines of %q and %q", list, want, a, b)
		}
	})
}

// longestCommon computes the length by definition.
func longestCommon(a, b []string) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return 0
	case a[0] == b[0]:
		return 1 + longestCommon(a[1:], b[1:])
	}
	return max(longestCommon(a[1:], b), longestCommon(a, b[1:]))
}
