// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"os"
	"strings"
	"testing"
)

// TestDocument: docs/cases.md has each header, command and condition.
func TestDocument(t *testing.T) {
	data, err := os.ReadFile("../../docs/cases.md")
	if err != nil {
		t.Fatal(err)
	}
	var wanted []string
	for name := range headers {
		wanted = append(wanted, "| `"+name+": ")
	}
	for _, g := range grammars {
		wanted = append(wanted, "`"+strings.ReplaceAll(g.usage, "|", `\|`)+"`")
	}
	for _, fact := range conditionFacts {
		wanted = append(wanted, "| `"+fact+" ")
	}
	for _, want := range wanted {
		if !strings.Contains(string(data), want) {
			t.Errorf("docs/cases.md does not have %q", want)
		}
	}
}
