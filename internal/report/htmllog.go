// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/printable"
)

// maxLog is the number of lines of a kernel log that are shown.
const maxLog = 2000

// logPart is a line of the kernel log, or a splat of several lines.
type logPart struct {
	Class string // command, kernel or other; splat or dump, both folded
	Fold  string // the name of a splat
	Lines []string
}

// logClass is the class of a record's lines.
func logClass(r machine.Record) string {
	switch {
	case r.Facility == 0:
		return "kernel"
	case strings.HasPrefix(r.Text, machine.MarkerPrefix):
		return "command"
	}
	return "other"
}

// logParts returns the kernel log with its splats. own may be nil.
func logParts(o judge.Observation, own *casefile.Case) (parts []logPart) {
	var texts, lines, classes []string
	for _, r := range o.Records() {
		for text := range strings.SplitSeq(r.Text, "\n") {
			texts, classes = append(texts, text), append(classes, logClass(r))
			lines = append(lines, printable.Line(r.Stamp()+" "+text))
		}
	}
	more := len(lines) - maxLog
	if more > 0 {
		texts, lines = texts[:maxLog], lines[:maxLog]
	}
	var modules []string
	if own != nil {
		modules = own.Modules()
	}
	parts = folds(klog.FoldLines(texts, modules), lines, classes)
	if more > 0 {
		parts = append(parts, logPart{Class: "other", Lines: []string{fmt.Sprintf("… %d more lines", more)}})
	}
	return parts
}

// folds divides lines into splats and single records.
func folds(folded []klog.Folded, lines, classes []string) (parts []logPart) {
	splat := -1 // the last one
	for i, f := range folded {
		end := len(lines)
		if i+1 < len(folded) {
			end = folded[i+1].At
		}
		if f.Fold == "" && splat >= 0 { // a module has logged within a splat
			parts[splat].Lines = slices.Concat(parts[splat].Lines, lines[f.At+1:end])
			end = f.At + 1
		}
		if f.Fold != "" {
			splat = len(parts)
		}
		parts = append(parts, newLogPart(f, classes[f.At], lines[f.At:end]))
	}
	return parts
}

// Length is the length of a fold.
func (p logPart) Length() string { return printable.Count(len(p.Lines), "line", "lines") }

func newLogPart(f klog.Folded, class string, lines []string) logPart {
	switch {
	case f.Fold == "":
		return logPart{Class: class, Lines: lines}
	case f.Splat:
		class = "splat"
	default:
		class = "dump"
	}
	return logPart{Class: class, Fold: printable.Line(strings.TrimPrefix(f.Fold, klog.FoldPrefix)), Lines: lines}
}

func logSize(parts []logPart) (n int) {
	for _, p := range parts {
		for _, line := range p.Lines {
			n += len(line)
		}
	}
	return n
}

// wrongMark is what judge appends to the first wrong line of a diff.
const wrongMark = "    <-- "

// diffLines parses a unified diff.
func diffLines(text string) (list []diffLine) {
	marked := false
	for _, line := range printable.Lines(text) {
		l := diffLine{Class: "same", Text: line}
		switch {
		case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "), strings.HasPrefix(line, "@@"):
			l.Class = "head"
		case strings.HasPrefix(line, "-"):
			l.Class = "gone"
		case strings.HasPrefix(line, "+"):
			l.Class = "new"
		}
		if i := strings.LastIndex(line, wrongMark); i >= 0 && !marked && slices.Contains([]string{"gone", "new"}, l.Class) {
			l.Text, l.Wrong, marked = line[:i], line[i+len(wrongMark):], true
		}
		list = append(list, l)
	}
	return list
}
