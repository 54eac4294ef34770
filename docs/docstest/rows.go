// SPDX-License-Identifier: Apache-2.0

package docstest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/klptest/klptest/docs"
)

const pipe = "\x00" // for a | within a cell

// Rows are the cells of the table in docs/cases.md of which the first column has that
// head.
func Rows(t *testing.T, head string) (rows [][]string) {
	t.Helper()
	_, table, found := strings.Cut(docs.Cases, "\n| "+head+" |")
	if !found {
		t.Fatalf("docs/cases.md has no table of %s", head)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	for _, line := range strings.Split(table, "\n")[2:] {
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(strings.ReplaceAll(line, `\|`, pipe), "|"), "|") {
			cells = append(cells, strings.ReplaceAll(strings.TrimSpace(cell), pipe, "|"))
		}
		rows = append(rows, cells)
	}
	return rows
}

var code = regexp.MustCompile("`([^`]+)`")

// Code are the parts of a cell between backticks.
func Code(cell string) (list []string) {
	for _, m := range code.FindAllStringSubmatch(cell, -1) {
		list = append(list, m[1])
	}
	return list
}
