// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"strings"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
)

// Run is the input of a timeline.
type Run struct {
	Transcript string          // lines as package klog shows them
	Times      []time.Duration // when the commands began; nil: unknown
	Blocked    []string        // lines about what blocks the transition of the last command
	Wrong      *Wrong          // nil: everything is as expected
}

// Wrong is where a transcript first differs from the expected one.
type Wrong struct {
	Line     int    // its index; if a line is missing, the index of a command or past the end
	Expected string // the line that should be there; empty: none
}

// step is a command and the lines after it; at is the index of the command's line.
type step struct {
	command machine.Command
	text    string
	at      int
	lines   []string
}

// steps divides a transcript into commands with their lines. Lines before the first
// command are omitted.
func steps(transcript string) (list []step) {
	for i, line := range strings.Split(strings.TrimSuffix(transcript, "\n"), "\n") {
		if text, ok := strings.CutPrefix(line, machine.MarkerPrefix); ok {
			c, _ := casefile.ParseCommand(text) // a command that no case can have has no known effect
			list = append(list, step{command: c, text: text, at: i})
		} else if n := len(list); n > 0 {
			list[n-1].lines = append(list[n-1].lines, line)
		}
	}
	return list
}

// errno returns the error of the command; empty: it succeeded.
func (s step) errno() string {
	for _, line := range s.lines {
		if name, ok := strings.CutPrefix(line, "! "); ok {
			return name
		}
	}
	return ""
}

// module returns the module that the command loads or removes; empty: none.
func (s step) module(verb machine.Verb) string {
	if s.command.Verb != verb || len(s.command.Args) == 0 {
		return ""
	}
	return s.command.Args[0]
}

// replaces reports whether, by its parameters, the command loads a livepatch that
// replaces all others.
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
