// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

// cellTable lists the cells of a matrix with their counts, and has the status of all.
type cellTable struct {
	status int
	text   strings.Builder
}

func (t *cellTable) add(c *cell, d report.Document) { t.line(c, cellStatus(d), report.Counts(d)) }

func (t *cellTable) notBegun(c *cell) { t.line(c, exit.Error, "not begun") }

func (t *cellTable) line(c *cell, status int, text string) {
	t.status = exit.Worse(t.status, status)
	fmt.Fprintf(&t.text, "%-40s  %s\n", printable.Line(c.Label()), text)
}

// write prints the table, and returns the status as an error unless all have passed.
func (t *cellTable) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "\n%s", t.text.String())
	if t.status != exit.Passed {
		err = blame.Join(verdicts(t.status), err)
	}
	return err
}

// cellStatus returns the exit status of a cell. If its kernel cannot be had or it was cut
// short, that is an error, whoever is to blame.
func cellStatus(d report.Document) int {
	status := report.ExitCode(d.Results())
	if d.Error != "" {
		return exit.Worse(status, exit.Error)
	}
	return status
}
