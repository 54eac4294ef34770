// SPDX-License-Identifier: Apache-2.0

package compare

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

// schemaID names the JSON format of a comparison.
const schemaID = "urn:klptest:compare:1"

// Formats lists the output formats of a comparison; the first is for people.
var Formats = []struct {
	Name, For string
	Write     func(Comparison, io.Writer) error
}{
	{report.HumanFormat, "people", Comparison.human},
	{"markdown", "a comment on a merge request", Comparison.markdown},
	{"json", "programs", Comparison.json},
}

// Summary counts the changes, and the incomplete runs if there are any, on one line.
func (c Comparison) Summary() string {
	var parts []string
	for _, change := range append(Changes, Unchanged) {
		parts = append(parts, fmt.Sprintf("%d %s", c.Counts[change], change))
	}
	text := strings.Join(parts, ", ")
	if n := len(c.Incomplete); n > 0 {
		text += "; " + printable.Count(n, "run is incomplete", "runs are incomplete")
	}
	return text
}

// text returns the remark about a test. Foreign text goes through quote.
func (e Entry) text(quote func(string) string) string {
	switch e.Change {
	case StillFailing:
		if e.SameReason {
			return "for the same reason: " + reason(e.Reason, quote)
		}
		return "for another reason: " + reason(e.Reason, quote) + "; before: " + reason(e.OldReason, quote)
	case Unsteady:
		return fmt.Sprintf("it failed in %d of %d runs%s", e.Failed, e.Runs, e.before())
	case Gone:
		if e.New == Error {
			return fmt.Sprintf("it %s: %s", e.New, reason(e.Reason, quote))
		}
		return fmt.Sprintf("it %s", e.New)
	case Fixed:
		return "it failed: " + reason(e.OldReason, quote)
	case New:
		return fmt.Sprintf("it %s%s", e.New, e.before())
	}
	return reason(e.Reason, quote) + e.before()
}

func reason(text string, quote func(string) string) string {
	if text == "" {
		return "no reason is given"
	}
	return quote(text)
}

// before describes the earlier state of a test that did not simply pass.
func (e Entry) before() string {
	switch {
	case e.Old == Absent:
		return "; it was not there before"
	case e.Old == Passing && e.Change != Unsteady:
		return ""
	case e.Old.judged():
		return fmt.Sprintf("; before, in %d of %d", e.OldFailed, e.OldRuns)
	}
	return fmt.Sprintf("; before, it %s", e.Old)
}

// where names the kernel, or both kernels if they differ.
func (e Entry) where(quote func(string) string) string {
	switch {
	case e.On == "" || e.OldOn == e.On:
		return quote(e.OldOn)
	case e.OldOn == "":
		return quote(e.On)
	}
	return quote(e.On) + ", before " + quote(e.OldOn)
}

// place returns the place that all entries share, or "" if they share none.
func (c Comparison) place(quote func(string) string) string {
	for _, e := range c.Entries {
		if e.On != c.Entries[0].On || e.OldOn != c.Entries[0].OldOn {
			return ""
		}
	}
	if len(c.Entries) == 0 {
		return ""
	}
	return c.Entries[0].where(quote)
}

func (c Comparison) human(w io.Writer) error {
	var b strings.Builder
	place := c.place(printable.Line)
	for _, e := range c.Entries {
		line := fmt.Sprintf("%-14s %-32s  %s", e.Change, printable.Line(e.Shown), e.text(printable.Line))
		if place == "" {
			line += "  (on " + e.where(printable.Line) + ")"
		}
		fmt.Fprintln(&b, line)
	}
	if place != "" {
		fmt.Fprintln(&b, "on", place)
	}
	for _, i := range c.Incomplete {
		fmt.Fprintf(&b, "%-14s %s: %s\n", "incomplete", printable.Line(i.On), i.text(printable.Line))
	}
	fmt.Fprintln(&b, c.Summary())
	_, err := io.WriteString(w, b.String())
	return err
}

// mostMarkdown limits a table: GitHub accepts comments of 65,536 bytes.
const mostMarkdown = 60_000

func (c Comparison) markdown(w io.Writer) error {
	var b strings.Builder
	place := c.place(report.Code)
	fmt.Fprintf(&b, "**%s**", c.Summary())
	if place != "" {
		fmt.Fprintf(&b, " on %s", place)
	}
	b.WriteString("\n")
	c.markdownIncomplete(&b)
	if len(c.Entries) > 0 {
		b.WriteString("\n| change | case | |\n|---|---|---|\n")
	}
	for i, e := range c.Entries {
		if b.Len() > mostMarkdown {
			fmt.Fprintf(&b, "\n… and %d more.\n", len(c.Entries)-i)
			break
		}
		text := e.text(report.CodeCell)
		if place == "" {
			text += " (on " + e.where(report.CodeCell) + ")"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", e.Change, report.CodeCell(e.Shown), text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownIncomplete lists the incomplete runs. It leaves half of a comment for the table.
func (c Comparison) markdownIncomplete(b *strings.Builder) {
	for n, i := range c.Incomplete {
		if n == 0 {
			b.WriteString("\n")
		}
		if b.Len() > mostMarkdown/2 {
			fmt.Fprintf(b, "- … and %d more.\n", len(c.Incomplete)-n)
			return
		}
		fmt.Fprintf(b, "- %s is incomplete: %s\n", report.Code(i.On), i.text(report.Code))
	}
}

type jsonIncomplete struct {
	Kernel string `json:"kernel"`
	Errors int    `json:"errors"`
	NotRun int    `json:"not_run"`
	Error  string `json:"error,omitempty"`
}

type jsonEntry struct {
	Change     Change `json:"change"`
	Test       string `json:"test"`
	File       string `json:"file"`
	OldKernel  string `json:"old_kernel,omitempty"`
	Kernel     string `json:"kernel,omitempty"`
	Old        State  `json:"old"`
	New        State  `json:"new"`
	OldReason  string `json:"old_reason,omitempty"`
	Reason     string `json:"reason,omitempty"`
	SameReason bool   `json:"same_reason,omitempty"`
	OldFailed  int    `json:"old_failed"`
	OldRuns    int    `json:"old_runs"`
	Failed     int    `json:"failed"`
	Runs       int    `json:"runs"`
}

func (c Comparison) json(w io.Writer) error {
	doc := struct {
		Schema     string           `json:"schema"`
		Counts     map[Change]int   `json:"counts"`
		Changes    []jsonEntry      `json:"changes"`
		Incomplete []jsonIncomplete `json:"incomplete"`
	}{schemaID, map[Change]int{}, []jsonEntry{}, []jsonIncomplete{}}
	for _, change := range append(Changes, Unchanged) {
		doc.Counts[change] = c.Counts[change]
	}
	for _, e := range c.Entries {
		doc.Changes = append(doc.Changes, jsonEntry{e.Change, printable.Line(e.Test), printable.Line(e.File), e.OldOn, e.On, e.Old, e.New,
			printable.Line(e.OldReason), printable.Line(e.Reason), e.SameReason, e.OldFailed, e.OldRuns, e.Failed, e.Runs})
	}
	for _, i := range c.Incomplete {
		doc.Incomplete = append(doc.Incomplete, jsonIncomplete{printable.Line(i.On), i.Errors, i.NotRun, printable.Line(i.Why)})
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(doc)
}
