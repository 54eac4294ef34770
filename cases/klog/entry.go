// SPDX-License-Identifier: Apache-2.0

package klog

import (
	"strings"

	"github.com/klptest/klptest/cases/machine"
)

// Entry is a line of the log that matters.
type Entry struct {
	Text   string
	Marker bool     // of a command
	Fold   string   // what a splat or a stack dump was folded to; text is then its first line
	Splat  bool     // the fold is of something wrong with the kernel
	Body   []string // the first lines of a splat or dump
	at     int      // what FoldLines counts it as
}

// Entries returns the kernel's lines and what may be markers. A record with
// newlines in it is several lines.
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

// Line is the entry as the transcript shows it.
func (e Entry) Line() string {
	if e.Fold != "" {
		return e.Fold
	}
	return LogLine(e.Text)
}
