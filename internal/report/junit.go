// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// WriteJUnit writes one report of several runs, with a suite for each: a FAIL is a
// failure, an ERROR an error, an expected failure is skipped; system-out has the
// diff and the log tail. The time of a suite is the sum of its cases' times. A run
// that was cut short has an additional error with the reason, so that it does not
// look green. Characters that XML 1.0 does not allow are escaped, see
// [printable.Text].
func WriteJUnit(w io.Writer, docs []Document) error {
	var all junitSuites
	for _, d := range docs {
		all.Suites = append(all.Suites, newSuite(d))
	}
	out, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(out)+"\n")
	return err
}

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name      string     `xml:"name,attr"`
	Class     string     `xml:"classname,attr"`
	File      string     `xml:"file,attr,omitempty"`
	Time      string     `xml:"time,attr"`
	Failure   *junitText `xml:"failure"`
	Error     *junitText `xml:"error"`
	Skipped   *junitText `xml:"skipped"`
	SystemOut *junitText `xml:"system-out"`
}

// junitText is CDATA, so that a diff is readable in the file.
type junitText struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

func newSuite(d Document) junitSuite {
	t := count(d.Results())
	s := junitSuite{
		Name:  "klptest on " + printable.Text(d.kernelName()),
		Tests: t.sum(), Failures: t.Failed, Errors: t.Errors, Skipped: t.Skipped + t.XFailed,
		Timestamp: d.Started.UTC().Format(time.RFC3339),
		Properties: []junitProperty{
			{"klptest", printable.Text(d.Klptest)}, {"kernel", printable.Text(d.Kernel)}, {"release", printable.Text(d.Release)},
		},
	}
	if d.Shuffle != 0 {
		s.Properties = append(s.Properties, junitProperty{"shuffle", strconv.FormatUint(d.Shuffle, 10)})
	}
	var sum time.Duration
	names := naming(d.Outcomes)
	for _, o := range d.Outcomes {
		sum += o.Duration
		c := newCase(undoubled(o.Result))
		c.Name, c.Class = printable.Text(names.Of(o.ID())), class(d)
		parts := subCases(o.Result)
		for i := range parts {
			parts[i].Class = c.Class
		}
		s.tallyOf(parts)
		s.Cases = append(append(s.Cases, parts...), c)
	}
	s.Time = junitTime(sum)
	if missing := d.Total - t.sum(); missing > 0 || d.Error != "" {
		s.Tests, s.Errors = s.Tests+1, s.Errors+1
		s.Cases = append(s.Cases, notRun(missing, d))
	}
	return s
}

// notRun stands for the cases that were not run, with the reason.
func notRun(n int, d Document) junitCase {
	what := &junitText{Message: fmt.Sprintf("%s: %d not run", early, n), Type: string(judge.Error), Text: printable.Text(d.Message())}
	if d.Error != "" {
		what.Message = fmt.Sprintf("%s (%d not run)", printable.Line(d.Error), n)
	}
	return junitCase{Name: "(not run)", Class: class(d), Time: junitTime(0), Error: what}
}

// class groups the cases of a kernel, so that those of several kernels are not mixed.
func class(d Document) string {
	name := "klptest"
	if d.Release != "" {
		name += "." + printable.Text(d.Release)
	}
	if d.Label != "" {
		name += "." + printable.Line(d.Label)
	}
	return name
}

func naming(list []Outcome) judge.Naming {
	n := judge.Naming{}
	for _, o := range list {
		n.Add(o.ID())
	}
	return n
}

// newCase is a result without the fields that depend on the other results of the run.
func newCase(r judge.Result) junitCase {
	first, _ := headline(r)
	c := junitCase{File: printable.Text(r.File), Time: junitTime(r.Duration)}
	what := &junitText{Message: printable.Line(first), Type: string(known(r.Verdict))}
	switch known(r.Verdict) {
	case judge.XFail:
		c.Skipped = &junitText{Message: "expected failure: " + printable.Line(r.Expected), Type: string(judge.XFail)}
		c.SystemOut = printed(describe(r))
		return c
	case judge.XPass:
		c.SystemOut = printed(append([]section{{unexpected, []string{printable.Line(r.Expected)}}}, describe(judge.Result{Discarded: r.Discarded})...))
		return c
	case judge.Pass, judge.Skip:
		if r.Verdict == judge.Skip {
			c.Skipped = &junitText{Message: skipReason(r)}
		}
		c.SystemOut = printed(describe(judge.Result{Discarded: r.Discarded}))
		return c
	case judge.Fail:
		c.Failure = what
	default:
		c.Error = what
	}
	evidence, rest := split(describe(r))
	what.Text = layOut(rest)
	c.SystemOut = printed(evidence)
	return c
}

// printed lays out sections as the output of a case; nil if there are none.
func printed(sections []section) *junitText {
	if len(sections) == 0 {
		return nil
	}
	return &junitText{Text: layOut(sections)}
}

// split separates the diff and the log tail from the explanation.
func split(sections []section) (evidence, rest []section) {
	for _, s := range sections {
		if s.kind == diff || s.kind == logTail {
			evidence = append(evidence, s)
		} else {
			rest = append(rest, s)
		}
	}
	return evidence, rest
}

// layOut writes sections as text, each with its title.
func layOut(sections []section) string {
	var b strings.Builder
	for _, s := range sections {
		sep := ": "
		if len(s.lines) > 1 {
			sep = ":\n"
		}
		fmt.Fprintf(&b, "%s%s%s\n", s.kind, sep, strings.Join(s.lines, "\n"))
	}
	return b.String()
}

func junitTime(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
