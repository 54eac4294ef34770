// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/blame"
)

// A report may be untrusted; see also meter. A result has some 7 KB.
const (
	maxOutcomes = 100_000 // and runs
	maxFields   = 100     // of a run
)

// ErrNone is in the error chain for a report that ends before its first run.
var ErrNone = errors.New("the report breaks off before its first run: the run was killed at once, or the file is cut")

// Read reads the runs of a JSON report from this klptest or an earlier one: one
// run, or those of a results file. A truncated report, as of a run that was killed,
// has the results that were written; its total is the planned number of tests if
// the report has it.
func Read(r io.Reader) ([]Document, error) {
	m := &meter{in: r}
	p := parser{Decoder: json.NewDecoder(m), meter: m}
	top := &object{}
	err := p.document(top)
	if m.over != nil {
		return nil, m.over
	}
	cut := errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
	if err != nil && !cut {
		return nil, blame.Userf("not a report in JSON: %w", plainly(err))
	}
	return top.documents(cut)
}

// typeNames has the JSON types in words for people.
var typeNames = strings.NewReplacer("array", "a list", "object", "an object", "string", "a text", "bool", "true or false", "number", "the wrong number")

// plainly describes a JSON error without Go terms.
func plainly(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("byte %d is wrong", syntax.Offset)
	}
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := strings.TrimPrefix(mistyped.Field, "Provenance.")
		return fmt.Errorf("%s is %s", cmp.Or(field, "a value"), typeNames.Replace(mistyped.Value))
	}
	if _, ok := errors.AsType[*time.ParseError](err); ok {
		return errors.New("started is no time")
	}
	return err
}

// parser parses a report.
type parser struct {
	*json.Decoder
	meter    *meter
	outcomes int // outcomes and runs read so far
}

// object is a report being read: results, runs, and all other fields.
type object struct {
	fields  map[string]json.RawMessage
	results []jsonResult
	runs    []*object
	listed  bool // the list of results has begun, so all fields before it are complete
	whole   bool // the object is complete
}

func (p *parser) document(top *object) error {
	if err := p.object(top, true); err != nil {
		return err
	}
	if _, err := p.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows the report")
	}
	return nil
}

// object reads an object into o. Of a truncated object it keeps what it has read.
func (p *parser) object(o *object, outermost bool) error {
	o.fields = map[string]json.RawMessage{}
	if err := p.expect('{'); err != nil {
		return err
	}
	for p.More() {
		name, err := p.Token()
		if err != nil {
			return err
		}
		switch {
		case name == "results":
			o.listed = true
			err = p.list(func() error { return p.result(o) })
		case name == "runs" && outermost:
			err = p.list(func() error {
				if err := p.more(); err != nil {
					return err
				}
				o.runs = append(o.runs, &object{})
				return p.object(o.runs[len(o.runs)-1], false)
			})
		default:
			err = p.field(o, fmt.Sprint(name))
		}
		if err != nil {
			return err
		}
	}
	err := p.expect('}')
	o.whole = err == nil
	return err
}

func (p *parser) field(o *object, name string) error {
	var text json.RawMessage
	if err := p.Decode(&text); err != nil {
		return err
	}
	if o.fields[name] = text; len(o.fields) > maxFields {
		return fmt.Errorf("a run with more than %d fields", maxFields)
	}
	return nil
}

func (p *parser) result(o *object) error {
	if err := p.more(); err != nil {
		return err
	}
	var r jsonResult
	if err := p.Decode(&r); err != nil {
		return err
	}
	o.results = append(o.results, r)
	p.meter.next()
	return nil
}

// more begins the next result or run.
func (p *parser) more() error {
	p.meter.next()
	if p.outcomes++; p.outcomes > maxOutcomes {
		return fmt.Errorf("more than %d results", maxOutcomes)
	}
	return nil
}

func (p *parser) list(element func() error) error {
	if err := p.expect('['); err != nil {
		return err
	}
	for p.More() {
		if err := element(); err != nil {
			return err
		}
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
