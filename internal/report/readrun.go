// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/gcov"
)

// documents returns the runs in the outermost object; cut tells that the end of the
// report is missing.
func (o *object) documents(cut bool) ([]Document, error) {
	switch schema := o.schema(); {
	case schema == schemaID:
		d, err := o.document()
		if err != nil {
			return nil, err
		}
		return []Document{d}, nil
	case schema != resultsID:
		return nil, blame.AdviseUserf("klptest run --out DIR and klptest run --format json make one", "not a report of klptest, whose schema is %s or %s", resultsID, schemaID)
	case cut && (len(o.runs) == 0 || !o.runs[0].listed):
		return nil, blame.Userf("%w", ErrNone)
	}
	var docs []Document
	for _, run := range o.runs {
		if cut && !run.listed {
			break // the last run has hardly begun
		}
		d, err := run.document()
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	if cut {
		docs[len(docs)-1].breakOff()
	}
	return docs, nil
}

// schema returns the object's schema; empty if it names none.
func (o *object) schema() (name string) {
	if field, ok := o.fields["schema"]; ok {
		_ = json.Unmarshal(field, &name) // a value that is not text names no schema
	}
	return name
}

// document makes a document from a run.
func (o *object) document() (d Document, err error) {
	var head jsonHead
	var tail jsonTail
	all, err := json.Marshal(o.fields)
	if err != nil {
		return d, err
	}
	if err := cmp.Or(json.Unmarshal(all, &head), json.Unmarshal(all, &tail)); err != nil {
		return d, blame.Userf("not a report of klptest: %w", plainly(err))
	}
	if head.Schema != schemaID {
		return d, blame.Userf("not a report of klptest: the schema of a run is %s", schemaID)
	}
	if config, ok := o.fields["config"]; ok {
		if err := json.Unmarshal(config, &head.Config); err != nil {
			return d, blame.Userf("not a report of klptest: config: %w", plainly(err))
		}
	}
	if err := gcov.Check(tail.Coverage); err != nil {
		return d, blame.Userf("not a report of klptest: coverage: %w", err)
	}
	d.Provenance = head.Provenance
	for _, r := range o.results {
		d.Outcomes = append(d.Outcomes, r.outcome(head.Config))
	}
	d.Ending = ending(d, tail, o.whole)
	d.Planned = d.Total
	return d, nil
}

// ending makes the Ending from the tail. An earlier klptest did not write the exit
// status; a truncated report has no tail.
func ending(d Document, tail jsonTail, whole bool) Ending {
	e := Ending{Took: duration(tail.Seconds), Total: tail.Total, Error: tail.Error, Detail: tail.Detail, Kept: tail.Kept, Coverage: tail.Coverage}
	if !whole {
		e.Total, e.Error, e.Detail = max(len(d.Outcomes), len(d.Tests)), errBreaksOff, ""
		e.Took = took(d.Outcomes)
	}
	e.Status = ExitCode(d.Results())
	switch early := !whole || e.Total > len(d.Outcomes); {
	case whole && tail.Status != nil && exit.Known(*tail.Status):
		e.Status = *tail.Status
	case early && e.Status != exit.Failed:
		e.Status = exit.Error
	}
	return e
}

// took estimates the duration of a run of which only the results are known.
func took(list []Outcome) (sum time.Duration) {
	for _, o := range list {
		sum += o.Duration
	}
	return max(0, sum)
}

// errBreaksOff is the error of a run without an end.
const errBreaksOff = "the report breaks off: the run was killed, or the file is cut"

// breakOff marks the last run as truncated, because further runs may be missing.
func (d *Document) breakOff() {
	if d.Error == "" {
		d.Error = errBreaksOff
	}
	if d.Status == exit.Passed || d.Status == exit.Nothing {
		d.Status = exit.Error
	}
}
