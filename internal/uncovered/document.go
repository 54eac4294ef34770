// SPDX-License-Identifier: Apache-2.0

package uncovered

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/printable"
)

// Document is the coverage of a kernel's source by a run of all shipped cases.
type Document struct {
	Kernel string // its release
	Cases  int
	Files  []gcov.File
}

// gap is a sequence of lines, apart from lines without code, with the same
// function and reason.
type gap struct {
	file, function, reason string
	lines                  []string
	first, last            int
}

const preface = `# What the shipped cases run of kernel/livepatch

Written by ` + "`make kernel-coverage`" + `. %d cases ran on Linux %s, which counts as
` + "`klptest kernel build --gcov`" + ` makes it. Some branches of transition.c depend on the moment: from
run to run their number differs a little.

Branches are those that gcov tells of: of a function that is inlined several times it
tells several times, and of a macro it tells of the conditions inside. The last two columns
leave out each line that asserts something, by WARN_ON() and its like, with all of its branches,
whether they were taken or not: most of them are there for a kernel that has gone wrong.

`

// Write writes the document as Markdown. Lines without a reason come first.
func (d Document) Write(w io.Writer, reasons Reasons) error {
	var b strings.Builder
	fmt.Fprintf(&b, preface, d.Cases, printable.Line(d.Kernel))
	d.table(&b)
	openLines, lines := parted(d.gaps(reasons, missedLine))
	openBranches, branches := parted(d.gaps(reasons, missedBranches))
	section(&b, "Lines that no case runs, no reason given", openLines)
	section(&b, "Branches that no case takes, no reason given", openBranches)
	section(&b, "Lines that no case runs", lines)
	section(&b, "Lines with branches that no case takes", branches)
	_, err := io.WriteString(w, b.String())
	return err
}

func (d Document) table(b *strings.Builder) {
	b.WriteString("| file | lines | run | branches | taken | without assertions | taken |\n|---|--:|--:|--:|--:|--:|--:|\n")
	var all []gcov.File
	row := func(name string, files ...gcov.File) {
		t, u := gcov.TotalOf(files), gcov.TotalOf(withoutAssertions(files))
		fmt.Fprintf(b, "| %s | %d | %s | %d | %s | %d | %s |\n", name, t.Lines, gcov.Percent(t.LinesRun, t.Lines),
			t.Branches, gcov.Percent(t.BranchesRun, t.Branches), u.Branches, gcov.Percent(u.BranchesRun, u.Branches))
	}
	for _, f := range d.Files {
		row("`"+f.Name+"`", f)
		all = append(all, f)
	}
	row("all", all...)
}

// missedLine and missedBranches report what was not run of a line that has code.
func missedLine(_ gcov.File, l gcov.Line) bool { return l.Count == 0 }

func missedBranches(f gcov.File, l gcov.Line) bool {
	return l.Count > 0 && slices.Contains(l.Branches, 0) && !asserts(f.Text(l.Number))
}

// gaps returns the gaps of missed lines.
func (d Document) gaps(reasons Reasons, missed func(gcov.File, gcov.Line) bool) (list []gap) {
	for _, f := range d.Files {
		functions := f.Functions()
		joined := false // the next missed line follows the last one
		for _, l := range f.Lines {
			if !missed(f, l) {
				joined = false
				continue
			}
			text := f.Text(l.Number)
			g := gap{file: f.Name, lines: []string{text}, first: l.Number, last: l.Number}
			if l.Number <= len(functions) {
				g.function = functions[l.Number-1]
			}
			g.reason = reasons.For(Line{g.function, text, l.Count > 0})
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

// parted returns the gaps without a reason, and those with one.
func parted(gaps []gap) (open, explained []gap) {
	for _, g := range gaps {
		if g.reason == "" {
			open = append(open, g)
		} else {
			explained = append(explained, g)
		}
	}
	return open, explained
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

// unindented returns the lines without their common leading tabs. They are escaped
// because the results may be untrusted.
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
