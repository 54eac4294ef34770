// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/printable"
)

// jsonHead, the configuration, the results and jsonTail are the document as JSON.
// schema.json describes it for readers.
type jsonHead struct {
	Schema string `json:"schema"`
	Provenance
}

type jsonTail struct {
	Seconds float64 `json:"seconds"`
	Total   int     `json:"total"`
	Counts  tally   `json:"counts"`
	Status  *int    `json:"exit_status,omitempty"` // nil: not written by an earlier klptest
	Error   string  `json:"error,omitempty"`
	Detail  string  `json:"error_detail,omitempty"`
	Kept    string  `json:"kept,omitempty"`

	Coverage []gcov.File `json:"coverage,omitempty"` // written by itself
}

type jsonResult struct {
	Name     string        `json:"name"`
	Title    string        `json:"title"`
	File     string        `json:"file"`
	Verdict  judge.Verdict `json:"verdict"`
	Seconds  float64       `json:"seconds"`
	Symptom  string        `json:"symptom,omitempty"`
	Expected string        `json:"expected_failure,omitempty"`
	Reasons  []string      `json:"reasons"`
	Advice   string        `json:"advice,omitempty"`
	Diff     string        `json:"diff,omitempty"`
	Step     int           `json:"step,omitempty"`
	Tail     string        `json:"tail,omitempty"`
	Log      string        `json:"log,omitempty"`
	Folder   string        `json:"folder,omitempty"`
	QEMU     string        `json:"qemu,omitempty"`

	Subtests     []judge.Subtest     `json:"subtests,omitempty"`
	Confirmation *judge.Confirmation `json:"confirmation,omitempty"`
	Discarded    []judge.Discarded   `json:"discarded,omitempty"`

	Case        string           `json:"case,omitempty"`
	Observed    string           `json:"observed,omitempty"`
	Observation *jsonObservation `json:"observation,omitempty"` // written by itself

	Ran map[string]gcov.Ran `json:"ran,omitempty"` // written by itself
}

// jsonObservation is a judge.Observation. The configuration among its facts is in
// the document's head.
type jsonObservation struct {
	Facts   jsonFacts        `json:"facts"`
	Answers []machine.Answer `json:"answers"`
	End     machine.EndState `json:"end"`
	Starved bool             `json:"starved,omitempty"` // from machine.EndState; a guest must not set it
	Broken  string           `json:"broken,omitempty"`
}

type jsonFacts struct {
	Release  string          `json:"release"`
	Sysfs    map[string]bool `json:"sysfs,omitempty"`
	NoDebug  bool            `json:"no_debug,omitempty"`
	Emulated bool            `json:"emulated,omitempty"`
	Noisy    bool            `json:"noisy,omitempty"`
}

func newJSONResult(o Outcome) jsonResult {
	return jsonResult{
		Name: printable.Text(o.Name), Title: printable.Text(o.Title), File: printable.Text(o.File),
		Verdict: known(o.Verdict), Seconds: o.Duration.Round(time.Microsecond).Seconds(), Symptom: string(o.Reported), Expected: printable.Line(o.Expected), Reasons: allOneLine(o.Reasons),
		Advice: printable.Text(o.Advice), Diff: printable.Text(o.Diff), Step: o.Step, Tail: printable.Text(o.Tail),
		Log: printable.Text(o.Log), Folder: o.Folder, QEMU: printable.Text(o.QEMU),
		Subtests: jsonSubtests(o.Subtests), Confirmation: jsonConfirmation(o.Confirmation), Discarded: jsonDiscarded(o.Discarded),
		Case: o.Case, Observed: observed(o.Result),
	}
}

// observed is the transcript of a test that failed. A test that passed has the
// expected transcript.
func observed(r judge.Result) string {
	if v := known(r.Verdict); v == judge.Pass || v == judge.Skip {
		return ""
	}
	return printable.Text(r.Observed)
}

// outcome is the inverse of newJSONResult, except for escaping.
func (r jsonResult) outcome(config map[string]string) Outcome {
	res := judge.Result{
		Name: r.Name, Title: r.Title, File: r.File, Verdict: known(r.Verdict), Duration: duration(r.Seconds), Reasons: r.Reasons,
		Advice: r.Advice, Diff: r.Diff, Step: max(0, r.Step), Tail: r.Tail, Log: r.Log, QEMU: r.QEMU, Discarded: r.Discarded, Expected: r.Expected, Observed: r.Observed, Subtests: jsonSubtests(r.Subtests),
		Observation: r.Observation.observation(config),
	}
	if reported := judge.Reported(r.Symptom); reported == judge.AsReported || reported == judge.NotAsReported {
		res.Reported = reported
	}
	if r.Confirmation != nil {
		res.Confirmation = *r.Confirmation
	}
	o := Outcome{Case: r.Case, Result: res, Ran: r.Ran}
	if fs.ValidPath(r.Folder) {
		o.Folder = r.Folder
	}
	return o
}

// newJSONObservation returns nil if nothing was observed, or the observation is not wanted.
func newJSONObservation(o judge.Observation) *jsonObservation {
	if o.Facts.Release == "" && len(o.Answers) == 0 {
		return nil
	}
	f := o.Facts
	return &jsonObservation{
		Facts:   jsonFacts{f.Release, f.Sysfs, f.NoDebug, f.Emulated, f.Noisy},
		Answers: append([]machine.Answer{}, o.Answers...), End: o.End, Starved: o.End.Starved, Broken: o.Broken,
	}
}

func (j *jsonObservation) observation(config map[string]string) judge.Observation {
	if j == nil {
		return judge.Observation{}
	}
	f := machine.Facts{Release: j.Facts.Release, Config: config, Sysfs: j.Facts.Sysfs, NoDebug: j.Facts.NoDebug, Emulated: j.Facts.Emulated, Noisy: j.Facts.Noisy}
	end := j.End
	end.Starved = j.Starved
	return judge.Observation{Facts: f, Answers: j.Answers, End: end, Broken: j.Broken}
}

// jsonConfirmation returns nil for an empty confirmation.
func jsonConfirmation(c judge.Confirmation) *judge.Confirmation {
	if c.String() == "" {
		return nil
	}
	c.Unjudged, c.Otherwise = allOneLine(c.Unjudged), allOneLine(c.Otherwise)
	return &c
}

func jsonDiscarded(list []judge.Discarded) (escaped []judge.Discarded) {
	for _, d := range list {
		escaped = append(escaped, judge.Discarded{Reason: printable.Line(d.Reason), Log: printable.Text(d.Log), Shared: d.Shared})
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

// duration converts a number of seconds, limited to the valid range.
func duration(seconds float64) time.Duration {
	const most = math.MaxInt64 / float64(time.Second)
	return time.Duration(math.Round(min(max(seconds, 0), most/2) * float64(time.Second)))
}

// escapeJSON escapes unprintable characters in JSON: a terminal shows it safely,
// and its values stay the same.
func escapeJSON(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || strconv.IsPrint(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		}
	}
	return b.String()
}
