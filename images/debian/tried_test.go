// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// documented matches a row of the table in docs/kernels.md: version, suite, host and
// outcome.
var documented = regexp.MustCompile("(?m)^\\| `debian:([^`/]*-[^`]*)` \\| [^|]* \\| ([^|]*) \\| ([^|]*) \\|$")

// The documentation has the same table.
func TestTriedIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/kernels.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows, docs []string
	for line := range strings.Lines(triedTable) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		rows = append(rows, strings.Join(f, " "))
		if !tried[f[0]] {
			t.Errorf("%s is not known as tried", f[0])
		}
	}
	for _, m := range documented.FindAllStringSubmatch(string(text), -1) {
		docs = append(docs, strings.Join(m[1:], " "))
	}
	if diff := cmp.Diff(rows, docs); diff != "" || len(rows) == 0 {
		t.Errorf("tried.txt (-) and docs/kernels.md (+) differ:\n%s", diff)
	}
}
