// SPDX-License-Identifier: Apache-2.0

package report

import (
	_ "embed"
	"fmt"
	"io"

	"github.com/klptest/klptest/internal/blame"
)

// resultsID names the format of a results file, as [schemaID] does for a run.
const resultsID = "urn:klptest:results:1"

// Schema is the JSON Schema of a results file, and of a run.
//
//go:embed schema.json
var Schema string

// Runs writes the runs of a results file one after the other, while each is
// running: however the process ends, [Read] reads what was written.
type Runs struct {
	w io.Writer
	n int // number of runs begun
}

// NewRuns starts a results file.
func NewRuns(w io.Writer) (*Runs, error) {
	_, err := fmt.Fprintf(w, "{\n  \"schema\": %q,\n  \"runs\": [", resultsID)
	return &Runs{w: w}, err
}

// Next makes the reporter of the next run, which must end before another run begins.
func (r *Runs) Next() Reporter { return &nextRun{Reporter: NewJSON(r.w), runs: r} }

// Close completes the file.
func (r *Runs) Close() error {
	_, err := io.WriteString(r.w, "]\n}\n")
	return err
}

type nextRun struct {
	Reporter
	runs *Runs
}

func (n *nextRun) Begin(p Provenance) error {
	sep := "\n"
	if n.runs.n++; n.runs.n > 1 {
		sep = ",\n"
	}
	if _, err := io.WriteString(n.runs.w, sep); err != nil {
		return err
	}
	return n.Reporter.Begin(p)
}

// WriteRuns writes a whole results file.
func WriteRuns(w io.Writer, docs []Document) error {
	r, err := NewRuns(w)
	for _, d := range docs {
		if err == nil {
			err = d.Play(r.Next())
		}
	}
	return blame.Join(err, r.Close())
}
