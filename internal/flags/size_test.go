// SPDX-License-Identifier: Apache-2.0

package flags

import (
	"testing"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "3K": 3 << 10, "3k": 3 << 10, "5M": 5 << 20, "2G": 2 << 30, "1T": 1 << 40,
		"1.5G": 3 << 29, "100GB": 100 << 30, "7gib": 7 << 30, "0.5K": 512, "4194304T": 1 << 62} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "G", "-1", "1.G", ".5G", "1B", "1e3", "512", "9999999999T", "12x", "1 G"} {
		if got, err := parseSize(text); err == nil {
			t.Errorf("parseSize(%q) = %d, %v, want an error", text, got, err)
		}
	}
}
