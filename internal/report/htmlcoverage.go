// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"

	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/printable"
)

// htmlCoverage is the coverage of a run.
type htmlCoverage struct {
	On    string // the run
	Rows  []coverageRow
	Files []htmlSource
}

// htmlSource is a source file with its counts.
type htmlSource struct {
	Name  string
	Lines []htmlLine
}

// htmlLine is a line of source: its columns and its class.
type htmlLine struct{ Class, Mark, Text string }

func newHTMLCoverage(on string, files []gcov.File) htmlCoverage {
	c := htmlCoverage{On: on, Rows: coverageRows(files)}
	for _, f := range files {
		file := htmlSource{Name: printable.Line(f.Name)}
		for _, l := range f.Listing() {
			file.Lines = append(file.Lines, htmlLine{l.Class, l.Columns(), printable.Line(strings.ReplaceAll(l.Text, "\t", tab))})
		}
		c.Files = append(c.Files, file)
	}
	return c
}

// tab has the width of the kernel's coding style.
const tab = "        "
