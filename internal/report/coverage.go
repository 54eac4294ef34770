// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/printable"
)

// coverageLines tells how much of each source file was run, and where the listing
// is; empty if coverage was not requested.
func coverageLines(list []Outcome, e Ending) string {
	if len(e.Coverage) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte('\n')
	for _, row := range coverageRows(e.Coverage) {
		fmt.Fprintf(&b, "%-*s  %6s of %5d lines  %6s of %5d branches\n", coverageWidth(e.Coverage), row.Name, row.Lines(), row.Total.Lines, row.Branches(), row.Total.Branches)
	}
	if n := uncounted(list); n > 0 {
		fmt.Fprintf(&b, "not in it: %s, whose guest did not tell what it ran\n", printable.Count(n, "case", "cases"))
	}
	if e.Listing != "" {
		fmt.Fprintf(&b, "line by line: %s\n", printable.Line(e.Listing))
	}
	return b.String()
}

// coverageRow tells how much of one file or of all files was run.
type coverageRow struct {
	Name  string
	Total gcov.Total
}

// Lines and Branches return percentages.
func (r coverageRow) Lines() string    { return gcov.Percent(r.Total.LinesRun, r.Total.Lines) }
func (r coverageRow) Branches() string { return gcov.Percent(r.Total.BranchesRun, r.Total.Branches) }

// allFiles is the name of the last row, if there are several files.
const allFiles = "all of them"

func coverageRows(files []gcov.File) (rows []coverageRow) {
	for _, f := range files {
		rows = append(rows, coverageRow{printable.Line(f.Name), f.Total()})
	}
	if len(files) > 1 {
		rows = append(rows, coverageRow{allFiles, gcov.TotalOf(files)})
	}
	return rows
}

func coverageWidth(files []gcov.File) (width int) {
	for _, row := range coverageRows(files) {
		width = max(width, len(row.Name))
	}
	return width
}

// uncounted returns the number of tests that ran without known coverage.
func uncounted(list []Outcome) (n int) {
	for _, o := range list {
		if o.Ran == nil && known(o.Verdict) != judge.Skip {
			n++
		}
	}
	return n
}
