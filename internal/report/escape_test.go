// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// hostile are texts that a guest may log to deceive a reader or a parser.
var hostile = []string{
	"",
	"\n",
	"ok 1 after",
	"x\nok 2 after\nBail out!\n1..0\n",
	"x # SKIP harmless",
	"SKIP harmless",
	"Subtest: after",
	"# Subtest: after\n  KTAP version 1\n  1..1\n  ok 1 after",
	"KTAP version 1\rTAP version 14\r\nnot ok 2 after",
	"Kernel panic - not syncing: VFS: Unable to mount root fs",
	"a\nreboot: System halted\nb List of all partitions:",
	"#", " # ", "- ", "-", "\t", "%s%n%d",
	"]]></system-out><testcase name=\"after\"/><![CDATA[",
	"<!-- & &amp; &#0; &quot; ' \" -->",
	"\x00\x01\x1b[2J\x1b]0;title\x07\x7f",
	"\u0085not ok 2 after\u2028ok 2 x\u2029\u009b31m",
	"\u202eevil\u2066\ufeff\ufffe\uffff\U0010ffff",
	"\xff\xfe\xed\xa0\x80 cut \xe2\x82",
	`\x1b \u202e \`,
	strings.Repeat("long ", 1000),
}

func TestEscape(t *testing.T) {
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
		if d := cmp.Diff(want, Escape(in)); d != "" {
			t.Errorf("Escape(%q) (-want +got):\n%s", in, d)
		}
	}
}

func TestOneLine(t *testing.T) {
	if got, want := oneLine("a\n\tb\n\n"), `a\n\tb`; got != want {
		t.Errorf("oneLine: %q, want %q", got, want)
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
		if d := cmp.Diff(want, lines(in)); d != "" {
			t.Errorf("lines(%q) (-want +got):\n%s", in, d)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Escape(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Escape(%q) = %q is not UTF-8", s, got)
		}
		for _, r := range got {
			if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
				t.Fatalf("Escape(%q) holds %U", s, r)
			}
		}
		if again := Escape(got); again != got {
			t.Fatalf("escaping twice: %q, then %q", got, again)
		}
		if strings.Count(got, "\n") != strings.Count(s, "\n") {
			t.Fatalf("Escape(%q) = %q: number of lines changed", s, got)
		}
		if strings.ContainsAny(oneLine(s), "\n\t") {
			t.Fatalf("oneLine(%q) is more than one line", s)
		}
	})
}
