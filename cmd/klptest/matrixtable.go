// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

// cellTable lists the cells of a matrix with their counts, and has the status of all.
type cellTable struct {
	status int
	text   strings.Builder

	ran   bool      // something was run, or was to be
	old   int       // results from before of cells with nothing left to run
	since time.Time // when the run of the oldest of them began
}

func (t *cellTable) add(c *cell, d report.Document) {
	t.line(c, cellStatus(d), report.Counts(d))
	if !c.there {
		t.ran = true
		return
	}
	if t.old += len(d.Outcomes); t.since.IsZero() || d.Started.Before(t.since) {
		t.since = d.Started
	}
}

func (t *cellTable) notBegun(c *cell) {
	t.line(c, exit.Error, "not begun")
	t.ran = true
}

func (t *cellTable) line(c *cell, status int, text string) {
	t.status = exit.Worse(t.status, status)
	fmt.Fprintf(&t.text, "%-40s  %s\n", printable.Line(c.Label()), text)
}

// idle says that nothing was run: a night in the directory of an earlier one tests nothing.
// It is empty if something was.
func (t *cellTable) idle() string {
	if t.ran || t.old == 0 {
		return ""
	}
	return fmt.Sprintf("nothing was left to run: %s of %s\n", printable.Count(t.old, "result", "results"), t.since.UTC().Format(time.DateOnly))
}

// write prints the table, and returns the status as an error unless all have passed.
func (t *cellTable) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "\n%s%s", t.text.String(), t.idle())
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
