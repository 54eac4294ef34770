// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klptest/klptest/internal/printable"
)

// schemaID names the format of the document; it changes when a reader of the old
// format could not read the new one.
const schemaID = "urn:klptest:report:1"

// NewJSON makes a reporter that writes the document as JSON, as described by
// schema.json. The report grows with the run: if the run is cut short, [Read] reads
// what was written. Texts that all formats show are escaped as in the others, see
// [printable.Text]; the data for judging again is exact.
func NewJSON(w io.Writer) Reporter { return &jsonReporter{w: w} }

type jsonReporter struct {
	w     io.Writer
	tally tally
}

// Begin writes everything before the results.
func (j *jsonReporter) Begin(p Provenance) error {
	p.Klptest, p.Kernel, p.Release = printable.Text(p.Klptest), printable.Text(p.Kernel), printable.Text(p.Release)
	p.Run, p.Label, p.Started = printable.Line(p.Run), printable.Line(p.Label), p.Started.UTC()
	head, err := encode(jsonHead{schemaID, p}, "", "  ")
	if err != nil {
		return err
	}
	if p.Config != nil {
		if head, err = onOneLine(head, "config", p.Config, ""); err != nil {
			return err
		}
	}
	return j.write(strings.TrimSuffix(head, "\n}") + ",\n  \"results\": [")
}

func (j *jsonReporter) Start(string) {}

func (j *jsonReporter) Step(string, string) {}

func (j *jsonReporter) Case(o Outcome) error {
	sep := ",\n    "
	if j.tally.sum() == 0 {
		sep = "\n    "
	}
	j.tally.add(o.Result)
	text, err := encode(newJSONResult(o), "    ", "  ")
	if seen := newJSONObservation(o.Observation); err == nil && seen != nil {
		text, err = onOneLine(text, "observation", seen, "    ")
	}
	if err == nil && len(o.Ran) > 0 {
		text, err = onOneLine(text, "ran", o.Ran, "    ")
	}
	if err != nil {
		return err
	}
	return j.write(sep + text)
}

func (j *jsonReporter) End(e Ending) error {
	tail, err := encode(jsonTail{Seconds: e.Took.Round(time.Millisecond).Seconds(), Total: e.Total, Counts: j.tally, Status: &e.Status, Error: printable.Line(e.Error), Detail: printable.Text(e.Detail), Kept: printable.Line(e.Kept)}, "", "  ")
	if err != nil {
		return err
	}
	if len(e.Coverage) > 0 {
		if tail, err = onOneLine(tail, "coverage", e.Coverage, ""); err != nil {
			return err
		}
	}
	end := "],\n"
	if j.tally.sum() > 0 {
		end = "\n  ],\n"
	}
	return j.write(end + strings.TrimPrefix(tail, "{\n") + "\n")
}

func (j *jsonReporter) write(text string) error {
	_, err := io.WriteString(j.w, text)
	return err
}

// onOneLine adds a field to an object on one line. Such a field is too long to
// read, and so the others stay readable.
func onOneLine(object, name string, v any, prefix string) (string, error) {
	value, err := encode(v, "", "")
	return fmt.Sprintf("%s,\n%s  %q: %s\n%s}", strings.TrimSuffix(object, "\n"+prefix+"}"), prefix, name, value, prefix), err
}

// encode returns v as JSON. All lines but the first begin with the prefix.
func encode(v any, prefix, indent string) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent(prefix, indent)
	err := e.Encode(v)
	return escapeJSON(strings.TrimRight(b.String(), "\n")), err
}
