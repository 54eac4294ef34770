// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"fmt"
	"strings"

	"github.com/klptest/klptest/internal/printable"
)

// List returns the timeline in words, with a line for each row.
func (t Timeline) List() (lines []string) {
	for _, r := range t.Rows {
		lines = append(lines, printable.Line(t.words(r)))
	}
	if t.More > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", t.More))
	}
	return lines
}

func (t Timeline) words(r Row) string {
	s := r.Text
	switch {
	case r.Kind == Command:
		s = "command: " + s
	case r.Kind == Answer:
		s = "output: " + s
	case r.Kind == Errno:
		s = "error: " + s
	case r.Kind == Splat:
		s = "splat: " + s
	case r.Kind == Missing:
		s = "expected: " + s
	case r.Lane != None:
		s = t.Lanes[r.Lane] + ": " + s
	}
	if r.Detail != "" {
		s += ": " + r.Detail
	}
	if r.Kind == Data && r.From != None {
		s += ", from " + t.Lanes[r.From]
	}
	for _, state := range r.States {
		s += fmt.Sprintf("; state %s: own %s, prev %s", state.ID, state.Own, state.Prev)
		if state.From != None {
			s += " of " + t.Lanes[state.From]
		}
	}
	if r.Wrong && r.Kind != Missing {
		s = "WRONG: " + s
	}
	return strings.TrimSpace(s)
}
