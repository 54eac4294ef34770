// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFold(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"one two three", 0, "one two three"},
		{"one two three", 13, "one two three"},
		{"one two three", 12, "one two|  three"},
		{"one two three", 7, "one two|  three"},
		{"one two three", 6, "one|  two|  three"},
		{"one two", 2, "one|  two"},
		{"  one  two   three", 9, "  one|  two|  three"},
		{"abcdefghij", 4, "abcdefghij"},
		{"    abcdefghij kl", 4, "    abcdefghij|  kl"},
		{"ab    ", 3, "ab"},
		{"世界 世界", 6, "世界|  世界"},
		{"", 3, ""},
		{"-klp_b    <-- a.txtar:1", 15, "-klp_b|  <-- a.txtar:1"},
	} {
		if d := cmp.Diff(test.want, strings.Join(fold(test.text, "  ", test.width), "|")); d != "" {
			t.Errorf("%q in %d columns (-want +got):\n%s", test.text, test.width, d)
		}
	}
}

// FuzzFold: only spaces are lost, and only a line of one word is too long.
func FuzzFold(f *testing.F) {
	f.Add("  one two  three", 7)
	f.Fuzz(func(t *testing.T, text string, width int) {
		lines := fold(text, "    ", width)
		if got, want := strings.ReplaceAll(strings.Join(lines, ""), " ", ""), strings.ReplaceAll(text, " ", ""); got != want {
			t.Errorf("%q becomes %q", want, got)
		}
		for _, line := range lines {
			if strings.Contains(strings.TrimSpace(line), " ") && width > 0 && truncate(line, width) != line {
				t.Errorf("%q is longer than %d", line, width)
			}
		}
	})
}
