// SPDX-License-Identifier: Apache-2.0

package results

import (
	"github.com/klptest/klptest/internal/report"
)

// Run is the reporter of one run into a directory.
type Run struct {
	dir *Dir // nil: nothing is kept
	to  report.Reporter
	doc report.Document
}

// Next makes the reporter of the next run.
func (d *Dir) Next() *Run {
	if d == nil {
		return &Run{}
	}
	return &Run{dir: d, to: d.runs.Next()}
}

// Begin is of [report.Reporter].
func (r *Run) Begin(p report.Provenance) error {
	if r.dir == nil {
		return nil
	}
	r.doc.Provenance = p
	return r.to.Begin(p)
}

// Start is of [report.Reporter].
func (*Run) Start(string) {}

// Step is of [report.Reporter].
func (*Run) Step(string, string) {}

// Case is of [report.Reporter].
func (r *Run) Case(o report.Outcome) error {
	if r.dir == nil {
		return nil
	}
	if wantsFolder(o.Result) {
		var err error
		if o, err = r.dir.fold(r.doc.Provenance, o); err != nil {
			return err
		}
	}
	r.doc.Outcomes = append(r.doc.Outcomes, o)
	return r.to.Case(o)
}

// End is of [report.Reporter].
func (r *Run) End(e report.Ending) error {
	if r.dir == nil {
		return nil
	}
	r.doc.Ending = e
	r.dir.docs = append(r.dir.docs, r.doc)
	return r.to.End(e)
}
