// SPDX-License-Identifier: Apache-2.0

package printable

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"% insmod klp_a\n\t= é→世\n": "% insmod klp_a\n\t= é→世\n",
		"\x1b[31m\r\x00\x7f":        `\x1b[31m\x0d\x00\x7f`,
		"\xff a\xe2\x82":            `\xff a\xe2\x82`,
		"\u0085\u009b\u00a0":        `\u0085\u009b\u00a0`,
		"\u2028\u202e\u200b\ufeff":  `\u2028\u202e\u200b\ufeff`,
		"\ufffd":                    "\ufffd", // the replacement character itself is valid
		"\uffff\U000e0001":          `\uffff\U000e0001`,
	} {
		if d := cmp.Diff(want, Text(in)); d != "" {
			t.Errorf("Text(%q) (-want +got):\n%s", in, d)
		}
	}
}

func TestLine(t *testing.T) {
	if got, want := Line("a\n\tb\n\n"), `a\n\tb`; got != want {
		t.Errorf("Line: %q, want %q", got, want)
	}
}

func TestLines(t *testing.T) {
	for in, want := range map[string][]string{
		"":             nil,
		"\n\n":         nil,
		"a":            {"a"},
		"\na\n\nb\x01": {"", "a", "", `b\x01`},
		"a\n\n":        {"a"},
	} {
		if d := cmp.Diff(want, Lines(in)); d != "" {
			t.Errorf("Lines(%q) (-want +got):\n%s", in, d)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"", "\n", "a\rb\r\n", "\x00\x01\x1b[2J\x1b]0;title\x07\x7f", "\u0085\u2028\u2029\u009b31m",
		"\u202eevil\u2066\ufeff\ufffe\uffff\U0010ffff", "\xff\xfe\xed\xa0\x80 cut \xe2\x82", `\x1b \u202e \`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Text(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Text(%q) = %q is not UTF-8", s, got)
		}
		for _, r := range got {
			if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
				t.Fatalf("Text(%q) holds %U", s, r)
			}
		}
		if again := Text(got); again != got {
			t.Fatalf("escaping twice: %q, then %q", got, again)
		}
		if strings.Count(got, "\n") != strings.Count(s, "\n") {
			t.Fatalf("Text(%q) = %q: number of lines changed", s, got)
		}
		if strings.ContainsAny(Line(s), "\n\t") {
			t.Fatalf("Line(%q) is more than one line", s)
		}
	})
}
