// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/series"
)

// tables are the formats that only a series has. In the formats of a report, a series
// is one run.
var tables = []struct {
	choice
	write func(w io.Writer, steps []series.Step, patches int) error
}{
	{choice{report.HumanFormat, "people"}, series.Human},
	{choice{"markdown", "a mail or a web page"}, series.Markdown},
}

// seriesChoices are the formats of a series.
func seriesChoices() (list []choice) {
	for _, t := range tables {
		list = append(list, t.choice)
	}
	own := func(c choice) bool { return slices.ContainsFunc(list, func(o choice) bool { return o.name == c.name }) }
	return append(list, slices.DeleteFunc(formatChoices(), own)...)
}

// stepsWriter writes what is done of a series of patches. err is the error that ended the
// series early, or nil.
type stepsWriter func(steps []series.Step, patches int, err error) error

// seriesWriter returns a function that writes a series in the format.
func (a *app) seriesWriter(format string) (stepsWriter, error) {
	for _, t := range tables {
		if t.name == format {
			return func(s []series.Step, patches int, _ error) error { return t.write(escaper{a.out}, s, patches) }, nil
		}
	}
	f, err := report.FormatNamed(format)
	if err != nil {
		var names []string
		for _, c := range seriesChoices() {
			names = append(names, c.name)
		}
		return nil, report.UnknownFormat(format, names)
	}
	return func(s []series.Step, patches int, err error) error {
		return reportSteps(a.reporter(f, false, 0), s, patches, err)
	}, nil
}

// escaper escapes control bytes: patch subjects and compiler output come from
// strangers.
type escaper struct{ w io.Writer }

func (e escaper) Write(p []byte) (int, error) {
	_, err := io.WriteString(e.w, printable.Text(string(p)))
	return len(p), err
}

// reportSteps reports a series like a run: a result for each case on each kernel,
// named "PATCH/OF CASE", and one for each patch with a fault. err is the error that ended
// the series early, or nil.
func reportSteps(rep report.Reporter, steps []series.Step, patches int, err error) error {
	list := stepResults(steps, patches)
	d := report.Document{Provenance: report.Provenance{Kernel: "series", Klptest: version(), Started: time.Now(), Planned: len(list)}}
	for _, r := range list {
		d.Outcomes = append(d.Outcomes, report.Outcome{Result: r})
	}
	d.Ending = ending(d, err)
	if d.Status = exitStatus(err); d.Status != exit.Interrupted && (err == nil || series.Guilty(steps)) {
		d.Status = series.Status(steps)
	}
	return d.Play(rep)
}

func stepResults(steps []series.Step, patches int) (list []judge.Result) {
	changes, names := series.Changes(steps), series.Names(steps)
	for i, s := range steps {
		label := fmt.Sprintf("%d/%d", i, patches)
		if r, ok := faultOf(label, s); ok {
			list = append(list, r)
		}
		for _, r := range s.Results {
			id := r.ID()
			if i > 0 && shows(r, changes[i-1][id]) {
				r.Reasons = append([]string{string(changes[i-1][id]) + " it: " + s.Name}, r.Reasons...)
			}
			r.Name = label + " " + names.Of(id)
			list = append(list, r)
		}
	}
	return list
}

// shows reports whether a patch breaks or fixes a case, and this result of the case shows
// it.
func shows(r judge.Result, c series.Change) bool {
	return c == series.Breaks && r.Verdict == judge.Fail || c == series.Fixes && r.Verdict == judge.Pass
}

// faultOf returns the fault of a patch as a result, or false if it has none.
func faultOf(name string, s series.Step) (judge.Result, bool) {
	r := judge.Result{Name: name, Title: s.Name, Verdict: judge.Fail, Reasons: []string{string(s.Fault)}, Tail: s.Why}
	if s.Fault == series.NotTried {
		r.Verdict, r.Tail = judge.Skip, ""
	}
	return r, s.Fault != series.None
}
