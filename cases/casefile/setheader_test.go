// SPDX-License-Identifier: Apache-2.0

package casefile

import "testing"

func TestSetHeader(t *testing.T) {
	tests := []struct{ text, want string }{
		{"A.\n-- transcript --\n", "A.\n\nTaints: W\n\n-- transcript --\n"},
		{"A.\n\nProse.\n\n-- transcript --\n", "A.\n\nProse.\n\nTaints: W\n\n-- transcript --\n"},
		{"A.\n\nNeeds: config X\n\n-- transcript --\n", "A.\n\nNeeds: config X\nTaints: W\n\n-- transcript --\n"},
		{"A.\n\nTaints: O\nCPUs: 2\n\n-- transcript --\nTaints: X\n", "A.\n\nTaints: W\nCPUs: 2\n\n-- transcript --\nTaints: X\n"},
		{"Taints: may be a title\n-- transcript --\n", "Taints: may be a title\n\nTaints: W\n\n-- transcript --\n"},
	}
	for _, test := range tests {
		got := string(SetHeader([]byte(test.text), "Taints", "W"))
		if got != test.want {
			t.Errorf("%q became %q, want %q", test.text, got, test.want)
		}
		if again := string(SetHeader([]byte(got), "Taints", "W")); again != got {
			t.Errorf("%q became %q the second time", got, again)
		}
	}
}
