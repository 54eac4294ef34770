// SPDX-License-Identifier: Apache-2.0

package uncovered

import (
	"fmt"
	"io"
	"strings"

	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/printable"
)

// Document is what a run of all shipped cases has run of a kernel's source.
type Document struct {
	Kernel string // its release
	Cases  int
	Files  []gcov.File
}

// gap are lines that follow each other, but for lines without code, and that have one
// function and one reason.
type gap struct {
	file, function, reason string
	lines                  []string
	first, last            int
}

// Write writes the document as Markdown. Lines without a reason are before all others.
func (d Document) Write(w io.Writer, reasons Reasons) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# What the shipped cases run of kernel/livepatch\n\nWritten by `make kernel-coverage`. %d cases ran on Linux %s, which counts as\n`klptest kernel build --gcov` makes it. Some branches of transition.c depend on the moment: from\nrun to run their number differs a little.\n\n", d.Cases, printable.Line(d.Kernel))
	d.table(&b)
	var open, explained []gap
	for _, g := range d.gaps(reasons) {
		if g.reason == "" {
			open = append(open, g)
		} else {
			explained = append(explained, g)
		}
	}
	section(&b, "Lines that no case runs, no reason given", open)
	section(&b, "Lines that no case runs", explained)
	_, err := io.WriteString(w, b.String())
	return err
}

func (d Document) table(b *strings.Builder) {
	b.WriteString("| file | lines | run | branches | taken |\n|---|--:|--:|--:|--:|\n")
	row := func(name string, t gcov.Total) {
		fmt.Fprintf(b, "| %s | %d | %s | %d | %s |\n", name, t.Lines, gcov.Percent(t.LinesRun, t.Lines), t.Branches, gcov.Percent(t.BranchesRun, t.Branches))
	}
	for _, f := range d.Files {
		row("`"+f.Name+"`", f.Total())
	}
	row("all", gcov.TotalOf(d.Files))
}

func (d Document) gaps(reasons Reasons) (list []gap) {
	for _, f := range d.Files {
		functions := f.Functions()
		joined := false // the next missed line follows the last one
		for _, l := range f.Lines {
			if l.Count > 0 {
				joined = false
				continue
			}
			text := f.Text(l.Number)
			g := gap{file: f.Name, lines: []string{text}, first: l.Number, last: l.Number}
			if l.Number <= len(functions) {
				g.function = functions[l.Number-1]
			}
			g.reason = reasons.For(g.function, text)
			if n := len(list); joined && list[n-1].function == g.function && list[n-1].reason == g.reason {
				list[n-1].lines, list[n-1].last = append(list[n-1].lines, text), l.Number
			} else {
				list = append(list, g)
			}
			joined = true
		}
	}
	return list
}

func section(b *strings.Builder, title string, gaps []gap) {
	if len(gaps) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n", title)
	file := ""
	for _, g := range gaps {
		if g.file != file {
			file = g.file
			fmt.Fprintf(b, "\n### %s\n", file)
		}
		fmt.Fprintf(b, "\n`%s`, %s", g.function, g.where())
		if g.reason != "" {
			fmt.Fprintf(b, ": %s", g.reason)
		}
		fmt.Fprintf(b, "\n\n    %s\n", strings.Join(unindented(g.lines), "\n    "))
	}
}

func (g gap) where() string {
	if g.first == g.last {
		return fmt.Sprintf("line %d", g.first)
	}
	return fmt.Sprintf("lines %d to %d", g.first, g.last)
}

// unindented are the lines without the tabs that all of them begin with, escaped: the
// results may be a stranger's.
func unindented(lines []string) []string {
	least := len(lines[0])
	for _, l := range lines {
		least = min(least, len(l)-len(strings.TrimLeft(l, "\t")))
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = printable.Line(strings.ReplaceAll(l[least:], "\t", "    "))
	}
	return out
}
