// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"slices"
	"strings"
)

// entry is a line of the log that matters.
type entry struct {
	text   string
	marker bool     // of a command
	fold   string   // what a splat or a stack dump was folded to; text is then its first line
	splat  bool     // the fold is of something wrong with the kernel
	body   []string // the first lines of a splat or dump
	at     int      // what FoldLines counts it as
}

// entries returns the kernel's lines and what may be markers. A record with
// newlines in it is several lines.
func entries(records []Record) []entry {
	var list []entry
	for _, r := range records {
		if r.Facility != 0 {
			if strings.HasPrefix(r.Text, markerMark) {
				list = append(list, entry{text: strings.TrimRight(r.Text, " \t\r\n"), marker: true})
			}
			continue
		}
		for line := range strings.SplitSeq(r.Text, "\n") {
			if line = strings.TrimRight(line, " \t\r"); line != "" && !isIgnored(line) {
				list = append(list, entry{text: line})
			}
		}
	}
	return list
}

// kernelLog is a run's log, taken apart.
type kernelLog struct {
	early   []string   // what livepatch and its modules logged before the first command
	owned   [][]string // for each command, the log lines up to the next one
	lost    []int      // commands whose marker is not in the log
	surplus []string   // markers that are in the log more often than their command was given
	entries []entry    // all of it, folded
	open    bool       // the log ends inside a splat
}

// readLog gives each line to the command that it comes after; own is as in
// fold.
func readLog(steps []Step, list []entry, own map[string]bool) kernelLog {
	l := kernelLog{owned: make([][]string, len(steps))}
	l.entries, l.open = fold(list, own)
	at := -1
	for _, e := range l.entries {
		switch {
		case e.marker:
			at = l.mark(e.text, steps, at)
		case at >= 0:
			l.owned[at] = append(l.owned[at], e.line())
		case isOwn(e.text, own):
			l.early = append(l.early, e.line())
		}
	}
	l.lose(at+1, len(steps))
	if slices.Contains(l.lost, 0) {
		l.early = nil // nothing tells where the first command begins
	}
	l.count(steps)
	return l
}

// mark returns the command after at that a marker is of, else at.
func (l *kernelLog) mark(text string, steps []Step, at int) int {
	for next := at + 1; next < len(steps); next++ {
		if text == steps[next].Command.marker() {
			l.lose(at+1, next)
			return next
		}
	}
	return at
}

// count finds markers that are more than the commands: some are forged, and
// nothing tells which.
func (l *kernelLog) count(steps []Step) {
	due := map[string]int{}
	for _, s := range steps {
		due[s.Command.marker()]++
	}
	for _, e := range l.entries {
		n, known := due[e.text]
		if !e.marker || !known {
			continue
		}
		if due[e.text] = n - 1; n == 0 {
			l.surplus = append(l.surplus, e.text)
		}
	}
}

func (l *kernelLog) lose(from, to int) {
	for i := from; i < to; i++ {
		l.lost = append(l.lost, i)
	}
}

// line is the entry as the transcript shows it.
func (e entry) line() string {
	if e.fold != "" {
		return e.fold
	}
	return wording(logLine(e.text))
}
