// SPDX-License-Identifier: Apache-2.0

package nearest

import "testing"

func TestEditDistance(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"insmod", "inmsod", 2}, {"kitten", "sitting", 3}, {"state-add", "state-add", 0}}
	for _, test := range tests {
		if got := editDistance(test.a, test.b); got != test.want {
			t.Errorf("%q, %q: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestDidYouMean(t *testing.T) {
	known := []string{"state-add", "state-take", "prev-two", "prev-three"}
	tests := []struct{ name, want string }{
		{"state-ad", " (did you mean state-add?)"},
		{"STATE-ADD", " (did you mean state-add?)"},
		{"state-tadd", " (did you mean state-add?)"},
		{"prev-t", " (did you mean prev-two?)"},
		{"state-tabe", " (did you mean state-take?)"},
		{"nothing", ""},
		{"", ""},
	}
	for _, test := range tests {
		if got := DidYouMean(test.name, known); got != test.want {
			t.Errorf("%q: %q, want %q", test.name, got, test.want)
		}
	}
}
