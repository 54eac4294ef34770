// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/series"
)

// seriesWriter returns what writes the table in the format.
func (a *app) seriesWriter(format string) (func([]series.Step) error, error) {
	escaped := escaper{a.out}
	switch format {
	case "human":
		return func(s []series.Step) error { return series.Human(escaped, s) }, nil
	case "markdown":
		return func(s []series.Step) error { return series.Markdown(escaped, s) }, nil
	case "ktap":
		return func(s []series.Step) error { return reportSteps(report.NewKTAP(a.out), s) }, nil
	case "json":
		return func(s []series.Step) error { return reportSteps(report.NewJSON(a.out), s) }, nil
	}
	return nil, &blame.Error{Party: blame.User, Summary: "unknown format " + format, Advice: "formats: human, markdown, ktap, json"}
}

// escaper escapes control bytes: subjects and compilers' lines are a
// stranger's.
type escaper struct{ w io.Writer }

func (e escaper) Write(p []byte) (int, error) {
	_, err := io.WriteString(e.w, printable.Text(string(p)))
	return len(p), err
}

// reportSteps reports a series as a run would be: a result for each case on
// each kernel, named "PATCH/OF CASE", and one for each patch with a fault.
func reportSteps(rep report.Reporter, steps []series.Step) error {
	list := stepResults(steps)
	err := rep.Begin(report.Run{Kernel: "series", Klptest: version(), Started: time.Now(), Total: len(list)})
	for _, r := range list {
		err = blame.Join(err, rep.Case(r))
	}
	return blame.Join(err, rep.End())
}

func stepResults(steps []series.Step) (list []judge.Result) {
	changes := series.Changes(steps)
	for i, s := range steps {
		label := fmt.Sprintf("%d/%d", i, len(steps)-1)
		switch s.Fault {
		case series.None:
		case series.NotTried:
			list = append(list, judge.Result{Name: label, Title: s.Name, Verdict: judge.Skip, Reasons: []string{string(s.Fault)}})
		default:
			list = append(list, judge.Result{Name: label, Title: s.Name, Verdict: judge.Fail, Reasons: []string{string(s.Fault)}, Tail: s.Why})
		}
		for _, r := range s.Results {
			if i > 0 && (changes[i-1][r.Name] == series.Breaks || changes[i-1][r.Name] == series.Fixes) {
				r.Reasons = append([]string{string(changes[i-1][r.Name]) + " it: " + s.Name}, r.Reasons...)
			}
			r.Name = label + " " + r.Name
			list = append(list, r)
		}
	}
	return list
}
