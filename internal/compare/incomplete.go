// SPDX-License-Identifier: Apache-2.0

package compare

import (
	"fmt"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

// Incomplete is a present run that ended early, or in which tests are an ERROR: what it
// does not show may be failing.
type Incomplete struct {
	On     string // the kernel, as [report.Provenance.On] has it
	Errors int    // tests that are an ERROR
	NotRun int
	Why    string // what ended the run early; empty: nothing
}

// incomplete lists the runs that are incomplete.
func incomplete(docs []report.Document) (list []Incomplete) {
	for _, d := range docs {
		first, _, _ := strings.Cut(d.Error, "\n")
		i := Incomplete{On: d.On(), Errors: errorsOf(d), NotRun: max(0, d.Total-len(d.Outcomes)), Why: first}
		if d.Error != "" || i.Errors > 0 || i.NotRun > 0 {
			list = append(list, i)
		}
	}
	return list
}

// errorsOf counts the tests that are an ERROR. What is no verdict is one as well.
func errorsOf(d report.Document) (n int) {
	for _, o := range d.Outcomes {
		switch o.Verdict {
		case judge.Pass, judge.Fail, judge.Skip, judge.XFail, judge.XPass:
		default:
			n++
		}
	}
	return n
}

// text says what is missing. Foreign text goes through quote.
func (i Incomplete) text(quote func(string) string) string {
	var parts []string
	if i.Errors > 0 {
		parts = append(parts, printable.Count(i.Errors, "error", "errors"))
	}
	if i.NotRun > 0 {
		parts = append(parts, fmt.Sprintf("%d not run", i.NotRun))
	}
	text := strings.Join(parts, ", ")
	switch {
	case i.Why == "":
		return text
	case text == "":
		return quote(i.Why)
	}
	return text + ": " + quote(i.Why)
}
