// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
)

// A report may come from a stranger. These limits bound the memory that reading
// it takes; a run of all cases makes a megabyte or two.
const (
	maxReport   = 64 << 20 // bytes
	maxOutcomes = 100_000
)

// Read reads a report in JSON, of this klptest or of an earlier one. A report
// that breaks off, as when the run was killed, has the results that were
// written; its total is what the run has planned, as far as it says so.
func Read(r io.Reader) (Document, error) {
	limited := &io.LimitedReader{R: r, N: maxReport + 1}
	p := parser{Decoder: json.NewDecoder(limited), fields: map[string]json.RawMessage{}}
	err := p.document()
	if limited.N <= 0 {
		return Document{}, blame.Userf("the report is larger than %d MB", maxReport>>20)
	}
	cut := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && !cut {
		err = fmt.Errorf("byte %d is wrong", syntax.Offset)
	}
	if err != nil && !cut {
		return Document{}, blame.Userf("not a report in JSON: %w", err)
	}
	return p.result(cut)
}

// parser takes a report apart: the results, and all other fields.
type parser struct {
	*json.Decoder
	fields  map[string]json.RawMessage
	results []jsonResult
}

func (p *parser) document() error {
	if err := p.expect('{'); err != nil {
		return err
	}
	for p.More() {
		name, err := p.Token()
		if err != nil {
			return err
		}
		if name == "results" {
			err = p.list()
		} else {
			var field json.RawMessage
			err = p.Decode(&field)
			p.fields[fmt.Sprint(name)] = field
		}
		if err != nil {
			return err
		}
	}
	if err := p.expect('}'); err != nil {
		return err
	}
	if _, err := p.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows the report")
	}
	return nil
}

func (p *parser) list() error {
	if err := p.expect('['); err != nil {
		return err
	}
	for p.More() {
		if len(p.results) == maxOutcomes {
			return fmt.Errorf("more than %d results", maxOutcomes)
		}
		var r jsonResult
		if err := p.Decode(&r); err != nil {
			return err
		}
		p.results = append(p.results, r)
	}
	return p.expect(']')
}

func (p *parser) expect(d json.Delim) error {
	token, err := p.Token()
	if err == nil && token != d {
		err = fmt.Errorf("%v where %v should be", token, d)
	}
	return err
}

// result makes a document of the parts; cut tells that the end is missing.
func (p *parser) result(cut bool) (Document, error) {
	var head jsonHead
	var tail jsonTail
	var d Document
	all, err := json.Marshal(p.fields)
	if err != nil {
		return d, err
	}
	if err := blame.Join(json.Unmarshal(all, &head), json.Unmarshal(all, &tail)); err != nil {
		return d, blame.Userf("not a report of klptest: %w", err)
	}
	if head.Schema != schemaID {
		return d, blame.AdviseUserf("klptest run --format json makes one", "not a report of klptest, whose schema is %s", schemaID)
	}
	if config, ok := p.fields["config"]; ok {
		if err := json.Unmarshal(config, &head.Config); err != nil {
			return d, blame.Userf("not a report of klptest: config: %w", err)
		}
	}
	d.Provenance = head.Provenance
	for _, r := range p.results {
		d.Outcomes = append(d.Outcomes, r.outcome(head.Config))
	}
	d.Ending = ending(d, tail, cut)
	d.Planned = d.Total
	return d, nil
}

// ending is what the tail says. An earlier klptest has not written the exit
// status; a report that breaks off has no tail at all.
func ending(d Document, tail jsonTail, cut bool) Ending {
	e := Ending{Took: duration(tail.Seconds), Total: tail.Total, Error: tail.Error, Detail: tail.Detail, Kept: tail.Kept}
	if cut {
		e.Total, e.Error = max(len(d.Outcomes), len(d.Tests)), "the report breaks off: the run was killed, or the file is cut"
		e.Detail = ""
		e.Took = took(d.Outcomes)
	}
	e.Status = ExitCode(d.Results())
	switch early := cut || e.Total > len(d.Outcomes); {
	case !cut && tail.Status != nil && exit.Known(*tail.Status):
		e.Status = *tail.Status
	case early && e.Status != exit.Failed:
		e.Status = exit.Error
	}
	return e
}

// took is the time of a run of which only the results are known, as far as they
// tell it.
func took(list []Outcome) (sum time.Duration) {
	for _, o := range list {
		sum += o.Duration
	}
	return max(0, sum)
}
