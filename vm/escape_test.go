// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ttext":     "plain\ttext",
		"größe":           "größe",
		"\x1b[2Jgone":     `\x1b[2Jgone`,
		"bell\a\x7f":      `bell\x07\x7f`,
		"broken \xff\xc3": `broken \xff\xc3`,
		"c1 \u009b":       `c1 \xc2\x9b`,
		"turn \u202e":     `turn \u{202e}`,
		"real \ufffd":     "real \ufffd",
		"a\nb\rc":         `a\x0ab\x0dc`,
	} {
		if got := escape(in); got != want {
			t.Errorf("escape(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	f.Add("\x1b]0;title\x07")
	f.Fuzz(func(t *testing.T, in string) {
		out := escape(in)
		if !utf8.ValidString(out) {
			t.Errorf("escape(%q) = %q is not UTF-8", in, out)
		}
		if i := strings.IndexFunc(out, func(r rune) bool { return r != '\t' && !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("escape(%q) = %q has a control character at %d", in, out, i)
		}
	})
}
