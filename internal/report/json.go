// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// schemaID names the form of the document; it changes when a reader of the
// old form could no longer read the new one.
const schemaID = "urn:klptest:report:1"

// NewJSON makes a reporter that writes one JSON document, as schema.json
// describes it, when the run ends. Text is escaped as in all other formats, see [printable.Text].
func NewJSON(w io.Writer) Reporter {
	return &jsonReporter{w: w, doc: jsonDocument{Schema: schemaID, Results: []jsonResult{}}}
}

type jsonDocument struct {
	Schema  string       `json:"schema"`
	Klptest string       `json:"klptest"`
	Kernel  string       `json:"kernel"`
	Release string       `json:"release"`
	Started time.Time    `json:"started"`
	Seconds float64      `json:"seconds"`
	Total   int          `json:"total"`
	Shuffle uint64       `json:"shuffle,omitempty"`
	Counts  tally        `json:"counts"`
	Results []jsonResult `json:"results"`
}

type jsonResult struct {
	Name    string        `json:"name"`
	Title   string        `json:"title"`
	File    string        `json:"file"`
	Verdict judge.Verdict `json:"verdict"`
	Seconds float64       `json:"seconds"`
	Symptom string        `json:"symptom,omitempty"`
	Reasons []string      `json:"reasons"`
	Advice  string        `json:"advice,omitempty"`
	Diff    string        `json:"diff,omitempty"`
	Tail    string        `json:"tail,omitempty"`
	Log     string        `json:"log,omitempty"`
	QEMU    string        `json:"qemu,omitempty"`

	Confirmation *judge.Confirmation `json:"confirmation,omitempty"`
	Discarded    []judge.Discarded   `json:"discarded,omitempty"`
}

type jsonReporter struct {
	w   io.Writer
	doc jsonDocument
}

func (j *jsonReporter) Begin(run Run) error {
	j.doc.Klptest, j.doc.Kernel, j.doc.Release = printable.Text(run.Klptest), printable.Text(run.Kernel), printable.Text(run.Release)
	j.doc.Started, j.doc.Total, j.doc.Shuffle = run.Started, run.Total, run.Shuffle
	return nil
}

func (j *jsonReporter) Start(string) {}

func (j *jsonReporter) Step(string, string) {}

func (j *jsonReporter) Case(r judge.Result) error {
	j.doc.Counts.add(r)
	j.doc.Results = append(j.doc.Results, jsonResult{
		Name: printable.Text(r.Name), Title: printable.Text(r.Title), File: printable.Text(r.File),
		Verdict: known(r.Verdict), Seconds: r.Duration.Seconds(), Symptom: string(r.Reported), Reasons: allOneLine(r.Reasons),
		Advice: printable.Text(r.Advice), Diff: printable.Text(r.Diff), Tail: printable.Text(r.Tail),
		Log: printable.Text(r.Log), QEMU: printable.Text(r.QEMU),
		Confirmation: jsonConfirmation(r.Confirmation), Discarded: jsonDiscarded(r.Discarded),
	})
	return nil
}

func (j *jsonReporter) End() error {
	j.doc.Seconds = time.Since(j.doc.Started).Round(time.Millisecond).Seconds()
	j.doc.Started = j.doc.Started.UTC()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(j.doc); err != nil {
		return err
	}
	_, err := io.WriteString(j.w, b.String())
	return err
}

// jsonConfirmation is nil when there is nothing to say.
func jsonConfirmation(c judge.Confirmation) *judge.Confirmation {
	if c.String() == "" {
		return nil
	}
	c.Unjudged, c.Otherwise = allOneLine(c.Unjudged), allOneLine(c.Otherwise)
	return &c
}

func jsonDiscarded(list []judge.Discarded) (escaped []judge.Discarded) {
	for _, d := range list {
		escaped = append(escaped, judge.Discarded{Reason: printable.Line(d.Reason), Log: printable.Text(d.Log)})
	}
	return escaped
}

func allOneLine(texts []string) []string {
	out := make([]string, 0, len(texts))
	for _, text := range texts {
		out = append(out, printable.Line(text))
	}
	return out
}
