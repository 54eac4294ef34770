// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"strings"
	"testing"
)

// The documentation has the same table.
func TestTriedIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/kernels.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(triedTable) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		n++
		row := "| `debian:" + f[0] + "` | "
		host := " | " + f[1] + " " + f[2] + " | " + strings.Join(f[3:], " ") + " |\n"
		_, rest, ok := strings.Cut(string(text), row)
		if release, found := strings.CutSuffix(rest[:strings.Index(rest, "\n")+1], host); !ok || !found || strings.Contains(release, "|") {
			t.Errorf("docs/kernels.md lacks %s…%s", row, host)
		}
	}
	if n == 0 || len(tried) != n {
		t.Errorf("%d rows, %d versions", n, len(tried))
	}
}
