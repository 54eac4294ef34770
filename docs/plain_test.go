// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestPlain(t *testing.T) {
	long := strings.Repeat("long words ", 9)
	got := Plain("# A [link](x.md)\n\n![a picture](x.svg)\n\n| a | b |\n|---|---|\n| `x\\|y` | [a text](cases.md#x) |\n| z | " + long + "| |\n\n```case\n% insmod [x](y)\n\n= 1\n```\nend\n")
	want := "# A link\n\n  `x|y`\n        a text\n  z\n" +
		"        long words long words long words long words long words long words long\n        words long words long words\n" +
		"\n    % insmod [x](y)\n\n    = 1\nend\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestPlainDocuments: nothing of the documents is lost, and no table is too wide.
func TestPlainDocuments(t *testing.T) {
	for _, text := range []string{Cases, Kernels, Machines} {
		plain := Plain(text)
		if strings.Contains(plain, "](") || strings.Contains(plain, "```") || strings.Contains(plain, "\n|") || len(plain) < len(text)*3/4 {
			t.Errorf("%.40q…: links, fences or tables stay, or too little does", plain)
		}
		for line := range strings.SplitSeq(plain, "\n") {
			if utf8.RuneCountInString(line) > 100 && !strings.HasPrefix(line, "    $") {
				t.Errorf("too long: %s", line)
			}
		}
	}
}
