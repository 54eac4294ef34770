// SPDX-License-Identifier: Apache-2.0

package touched

import (
	"fmt"
	"io"
	"strings"

	"github.com/klptest/klptest/internal/printable"
)

// mostNamed is the number of cases that are named for a line: a person wants to know
// whether there are any, and where to begin.
const mostNamed = 8

// Write writes the report as text. Lines that no case runs come first.
func (r Report) Write(w io.Writer) error {
	var b strings.Builder
	missed, run := r.split()
	if len(r.Lines) == 0 {
		b.WriteString("the patch changes no line that has code and was counted\n")
	}
	section(&b, fmt.Sprintf("no case runs %d of %s%s:", len(missed), printable.Count(len(r.Lines), "changed line", "changed lines"), r.side()), missed)
	section(&b, fmt.Sprintf("cases run %d of %s%s, the quickest first:", len(run), printable.Count(len(r.Lines), "changed line", "changed lines"), r.side()), run)
	for _, name := range r.Uncounted {
		fmt.Fprintf(&b, "not counted: %s\n", printable.Line(name))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// split separates lines that no case runs from the others.
func (r Report) split() (missed, run []Line) {
	for _, l := range r.Lines {
		if len(l.Cases) == 0 {
			missed = append(missed, l)
		} else {
			run = append(run, l)
		}
	}
	return missed, run
}

// Missed names the lines that no case runs, on one line; empty: there are none.
func (r Report) Missed() string {
	missed, _ := r.split()
	if len(missed) == 0 {
		return ""
	}
	var places []string
	for _, l := range missed {
		places = append(places, fmt.Sprintf("%s:%d", l.File, l.Number))
	}
	return fmt.Sprintf("no case runs %d of %s: %s", len(missed), printable.Count(len(r.Lines), "changed line", "changed lines"), strings.Join(places, ", "))
}

func (r Report) side() string {
	if r.Patched {
		return ""
	}
	return " (this kernel does not have the patch: what goes, and what is next to what comes)"
}

func section(b *strings.Builder, title string, lines []Line) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintln(b, title)
	for _, l := range lines {
		fmt.Fprintf(b, "  %s:%d: %s\n", printable.Line(l.File), l.Number, printable.Line(l.Text))
		if len(l.Cases) > 0 {
			fmt.Fprintf(b, "      %s\n", printable.Line(l.named()))
		}
	}
}

func (l Line) named() string {
	text := strings.Join(l.Cases, " ")
	if l.More > 0 {
		text += fmt.Sprintf(" and %d more", l.More)
	}
	return text
}
