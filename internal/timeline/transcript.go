// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"strings"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
)

// Run is what a timeline is made of.
type Run struct {
	Transcript string          // a line each, as package klog shows them
	Times      []time.Duration // when the commands began; nil: not known
	Blocked    []string        // of the last command: what blocks its transition, a line each
	Wrong      *Wrong          // nil: all is as expected
}

// Wrong is where a transcript first differs from the expected one.
type Wrong struct {
	Line     int    // its index; that of a command, or past the end, where a line is missing
	Expected string // the line that should be there; empty: none
}

// step is a command and the lines after it; at is the index of the command's line.
type step struct {
	command machine.Command
	text    string
	at      int
	lines   []string
}

// steps divides a transcript among its commands. Lines before the first one belong
// to none, and are left out.
func steps(transcript string) (list []step) {
	for i, line := range strings.Split(strings.TrimSuffix(transcript, "\n"), "\n") {
		if text, ok := strings.CutPrefix(line, machine.MarkerPrefix); ok {
			c, _ := casefile.ParseCommand(text) // one that no case can have has no effect that is known
			list = append(list, step{command: c, text: text, at: i})
		} else if n := len(list); n > 0 {
			list[n-1].lines = append(list[n-1].lines, line)
		}
	}
	return list
}

// errno is the error of the command; empty: it succeeded.
func (s step) errno() string {
	for _, line := range s.lines {
		if name, ok := strings.CutPrefix(line, "! "); ok {
			return name
		}
	}
	return ""
}

// module is what the command loads or removes; empty: nothing.
func (s step) module(verb machine.Verb) string {
	if s.command.Verb != verb || len(s.command.Args) == 0 {
		return ""
	}
	return s.command.Args[0]
}

// replaces tells whether the command loads a livepatch that replaces all others, as
// far as its parameters tell.
func (s step) replaces() bool {
	if s.command.Verb != machine.Insmod {
		return false
	}
	for _, arg := range s.command.Args[1:] {
		switch arg {
		case "replace=1", "replace=Y", "replace=y", "replace=true":
			return true
		}
	}
	return false
}
