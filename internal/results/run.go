// SPDX-License-Identifier: Apache-2.0

package results

import (
	"path"
	"path/filepath"
	"strconv"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/report"
)

// Run is a reporter that writes one run to a directory.
type Run struct {
	dir *Dir // nil: nothing is kept
	to  report.Reporter
	doc report.Document

	coverage string // its folder, with slashes
}

// Next returns the reporter for the next run.
func (d *Dir) Next() *Run {
	if d == nil {
		return &Run{}
	}
	d.next++
	r := &Run{dir: d, to: d.runs.Next(), coverage: coverageDir}
	if d.next > 1 {
		r.coverage = path.Join(coverageDir, strconv.Itoa(d.next))
	}
	return r
}

// CoverageDir is where the run writes the coverage of its kernel's source, if it is
// known; empty when nothing is kept.
func (r *Run) CoverageDir() string {
	if r.dir == nil {
		return ""
	}
	return filepath.Join(r.dir.path, r.coverage)
}

// Begin implements [report.Reporter].
func (r *Run) Begin(p report.Provenance) error {
	if r.dir == nil {
		return nil
	}
	r.doc.Provenance = p
	return r.dir.wrote(r.to.Begin(p))
}

// Start implements [report.Reporter].
func (*Run) Start(string) {}

// Step implements [report.Reporter].
func (*Run) Step(string, string) {}

// Case implements [report.Reporter].
func (r *Run) Case(o report.Outcome) error {
	if r.dir == nil {
		return nil
	}
	if wantsFolder(o.Result) {
		var err error
		if o, err = r.dir.fold(r.doc.Provenance, o); err != nil {
			return r.dir.wrote(err)
		}
	}
	r.doc.Outcomes = append(r.doc.Outcomes, o)
	return r.dir.wrote(r.to.Case(o))
}

// End implements [report.Reporter].
func (r *Run) End(e report.Ending) error {
	if r.dir == nil {
		return nil
	}
	if len(e.Coverage) > 0 {
		if err := gcov.WriteFolder(r.dir.root, r.coverage, "klptest", e.Coverage); err != nil {
			return r.dir.wrote(blame.Unwritable(r.dir.path, err))
		}
	}
	r.doc.Ending = e
	r.dir.docs = append(r.dir.docs, r.doc)
	return r.dir.wrote(r.to.End(e))
}
