// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "512": 512, "3K": 3 << 10, "3k": 3 << 10, "5M": 5 << 20, "2G": 2 << 30, "1T": 1 << 40} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("parseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "G", "-1", "1.5G", "1GB", "9999999999T", "12x"} {
		if got, err := parseSize(text); blame.Of(err) != blame.User || err == nil {
			t.Errorf("parseSize(%q) = %d, %v, want the user's error", text, got, err)
		}
	}
}
