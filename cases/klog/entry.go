// SPDX-License-Identifier: Apache-2.0

package klog

import (
	"strings"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/splat"
)

// Entry is a relevant line of the log.
type Entry struct {
	Text   string
	Marker bool     // of a command
	Fold   string   // the fold of a splat or stack dump; Text is then its first line
	Splat  bool     // the fold shows a fault of the kernel
	Body   []string // the first lines of a splat or dump
	at     int      // its index in FoldLines
}

// Entries returns the kernel's lines, and those that may be markers. A record
// with newlines becomes several lines.
func Entries(records []machine.Record) []Entry {
	var list []Entry
	for _, r := range records {
		if r.Facility != 0 {
			if strings.HasPrefix(r.Text, machine.MarkerPrefix) {
				list = append(list, Entry{Text: strings.TrimRight(r.Text, " \t\r\n"), Marker: true})
			}
			continue
		}
		for line := range strings.SplitSeq(r.Text, "\n") {
			if line = strings.TrimRight(line, " \t\r"); line != "" && !Ignored(line) {
				list = append(list, Entry{Text: line})
			}
		}
	}
	return list
}

// Is reports whether the entry is a splat of a kind.
func (e Entry) Is(kind splat.Kind) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(e.Fold, FoldPrefix), " ")
	return e.Splat && name == string(kind)
}

// Line returns the entry as the transcript shows it.
func (e Entry) Line() string {
	if e.Fold != "" {
		return e.Fold
	}
	return LogLine(e.Text)
}
