// SPDX-License-Identifier: Apache-2.0

package cases

import "strings"

// Folded is a line of a kernel log after folding: a record, or a splat or
// stack dump of which the record is the first.
type Folded struct {
	At    int    // its index among the lines
	Fold  string // as a transcript shows it, "* WARNING f"; empty: the line is a record of its own
	Splat bool   // the fold is of something wrong with the kernel
}

// FoldLines folds a log that nobody has run, such as a pasted one. modules are
// the names that begin lines which are in no splat.
func FoldLines(lines, modules []string) []Folded {
	list := make([]entry, len(lines))
	for i, line := range lines {
		list[i] = entry{text: line, at: i}
	}
	out, _ := fold(list, ownNames(modules))
	folded := make([]Folded, len(out))
	for i, e := range out {
		folded[i] = Folded{At: e.at, Fold: e.fold, Splat: e.splat}
	}
	return folded
}

// Ignored tells whether a line is dropped from each log.
func Ignored(line string) bool { return isIgnored(line) }

// ParseCommand reads a command as a transcript has it, without the "% ".
func ParseCommand(text string) (Command, error) { return parseCommand(text) }

// ErrnoOf returns the name of the error that strerror words so.
func ErrnoOf(text string) (name string, ok bool) {
	name, ok = errnoTexts[strings.ToLower(strings.TrimSpace(text))]
	return name, ok
}

// LogLine is a line of the kernel log as a transcript shows it.
func LogLine(text string) string { return wording(logLine(text)) }

// Escape makes a text one that a case can hold, byte for byte, as \xNN.
func Escape(text string) string { return escape(text) }
