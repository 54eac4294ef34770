// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/model"
	"github.com/klptest/klptest/kmods"
)

var docBlock = regexp.MustCompile("(?ms)^```(report|case)\n(.*?)^```$")

// TestBugReports: each report of docs/bug-reports.md becomes the case that is
// shown after it; "..." stands for any lines.
func TestBugReports(t *testing.T) {
	data, err := os.ReadFile("../../docs/bug-reports.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := docBlock.FindAllStringSubmatch(string(data), -1)
	if len(blocks) != 6 {
		t.Fatalf("%d blocks", len(blocks))
	}
	for i := 0; i < len(blocks); i += 2 {
		made, err := Make(t.Context(), []byte(blocks[i][2]), Options{})
		if err != nil {
			t.Errorf("report %d: %v", i/2+1, err)
			continue
		}
		if line := missing(blocks[i+1][2], string(made.Case)); line != "" {
			t.Errorf("report %d: not %q in:\n%s", i/2+1, line, made.Case)
		}
		c, err := casefile.Parse("doc.txtar", made.Case)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range append(casefile.Check(c, kmods.Names()), model.Check(t.Context(), c)...) {
			t.Error(p)
		}
	}
}

// missing returns the first shown line that the text lacks in its place.
func missing(shown, text string) string {
	lines := strings.Split(text, "\n")
	skip := false
	for _, want := range strings.Split(strings.TrimSuffix(shown, "\n"), "\n") {
		if want == "..." {
			skip = true
			continue
		}
		at := slices.Index(lines, want)
		if at < 0 || at > 0 && !skip {
			return want
		}
		lines, skip = lines[at+1:], false
	}
	return ""
}
