// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"os"
	"strings"
	"testing"

	"github.com/klptest/klptest/docs/docstest"
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

// TestDocumentExamples: the examples in the tables of headers, commands and conditions
// are valid, and are of the kind that they stand for.
func TestDocumentExamples(t *testing.T) {
	for _, row := range docstest.Rows(t, "header") {
		key, value, _ := splitHeader(docstest.Code(row[2])[0])
		if err := setHeader(&Case{}, key, value); err != nil || !strings.HasPrefix(row[0], "`"+key+": ") {
			t.Errorf("%s: %v", row, err)
		}
	}
	for _, row := range docstest.Rows(t, "command") {
		text, marked := strings.CutPrefix(docstest.Code(row[2])[0], "% ")
		c, err := ParseCommand(text)
		if err != nil || !marked || !strings.HasPrefix(row[0], "`"+string(c.Verb)+" ") {
			t.Errorf("%s: %v", row, err)
		}
	}
	for _, row := range docstest.Rows(t, "condition") {
		c, err := parseCondition(docstest.Code(row[2])[0])
		if err != nil || !strings.HasPrefix(row[0], "`"+c.Fact+" ") {
			t.Errorf("%s: %v", row, err)
		}
	}
}
