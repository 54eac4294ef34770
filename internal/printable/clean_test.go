// SPDX-License-Identifier: Apache-2.0

package printable

import "testing"

func TestClean(t *testing.T) {
	for s, want := range map[string]bool{"": true, "6.12 ümlaut": true, "a\nb": false, "a\x1b[31m": false, "\x00": false, "\u0085": false, "\xff": false} {
		if got := Clean(s); got != want {
			t.Errorf("%q: %t", s, got)
		}
	}
}
