// SPDX-License-Identifier: Apache-2.0

package klog

// Folded is a line of a kernel log after folding: a record, or a splat or stack
// dump that begins with the record.
type Folded struct {
	At    int    // its index among the lines
	Fold  string // as a transcript shows it, "* WARNING f"; empty: the line is a record of its own
	Splat bool   // the fold shows a fault of the kernel
}

// FoldLines folds a log without a run, such as a pasted one. modules are the
// names that begin lines which belong to no splat.
func FoldLines(lines, modules []string) []Folded {
	list := make([]Entry, len(lines))
	for i, line := range lines {
		list[i] = Entry{Text: line, at: i}
	}
	out, _ := Fold(list, OwnNames(modules))
	folded := make([]Folded, len(out))
	for i, e := range out {
		folded[i] = Folded{At: e.at, Fold: e.Fold, Splat: e.Splat}
	}
	return folded
}
