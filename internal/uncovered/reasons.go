// SPDX-License-Identifier: Apache-2.0

package uncovered

import (
	_ "embed" // the reasons are in a separate file
	"fmt"
	"slices"
	"strings"
)

//go:embed reasons.txt
var shipped string

// Shipped returns the reasons for the lines that no shipped case runs.
func Shipped() (Reasons, error) { return Parse(shipped) }

// Reasons are the reasons for lines, and for lines with branches.
type Reasons map[Line]string

// Line is a line of a function, identified by its text without surrounding white space.
type Line struct {
	Function, Text string
	Branches       bool // the line is run, but some of its branches are not taken
}

// For returns the reason for a line; empty: none is given.
func (r Reasons) For(l Line) string {
	l.Text = strings.TrimSpace(l.Text)
	return r[l]
}

// Parse reads reasons. A block has the name of a function, lines of it after "> ", or
// after "? " if branches of them are not taken, and their common reason. Empty lines
// separate blocks, and # begins a comment.
func Parse(text string) (Reasons, error) {
	reasons := Reasons{}
	var block []string
	for n, line := range append(strings.Split(text, "\n"), "") {
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.TrimSpace(line) != "":
			block = append(block, line)
		case len(block) > 0:
			if err := reasons.add(block); err != nil {
				return nil, fmt.Errorf("the block that ends before line %d: %w", n+1, err)
			}
			block = nil
		}
	}
	return reasons, nil
}

func (r Reasons) add(block []string) error {
	function, rest := strings.TrimSpace(block[0]), block[1:]
	n := slices.IndexFunc(rest, func(line string) bool { return !strings.HasPrefix(line, "> ") && !strings.HasPrefix(line, "? ") })
	if strings.ContainsAny(function, " >?") || n < 1 {
		return fmt.Errorf("it must have a function, lines of it after \"> \" or \"? \", and a reason")
	}
	reason := strings.Join(strings.Fields(strings.Join(rest[n:], " ")), " ")
	for _, text := range rest[:n] {
		line := Line{function, strings.TrimSpace(text[2:]), text[0] == '?'}
		if r[line] != "" {
			return fmt.Errorf("%s has two reasons for %q", function, line.Text)
		}
		r[line] = reason
	}
	return nil
}
