// SPDX-License-Identifier: Apache-2.0

package touched

import (
	"strings"

	"github.com/klptest/klptest/internal/gcov"
)

// code has the lines of a file that have counters, by number.
type code struct {
	file  gcov.File
	lines map[int]bool
}

func codeOf(f gcov.File) code {
	c := code{f, map[int]bool{}}
	for _, l := range f.Lines {
		c.lines[l.Number] = true
	}
	return c
}

// maxStatement is more lines than a statement has. It is needed because
// results may be untrusted.
const maxStatement = 200

// counted returns the line on which the compiler counts the statement that contains a line:
// often the first of several. An inlined call has no counter of its own; the statement
// after it has the same count. It reports false for a line outside any statement.
func (c code) counted(number int) (int, bool) {
	if c.silent(number) {
		return 0, false
	}
	for n := number; n > number-maxStatement; n-- {
		if c.lines[n] {
			return n, true
		}
		if !directive(c.text(n-1)) && (c.silent(n-1) || ends(c.text(n-1))) {
			break
		}
	}
	for n := number + 1; n < number+maxStatement && !c.silent(n); n++ {
		if c.lines[n] {
			return n, true
		}
	}
	return 0, false
}

func (c code) text(number int) string { return strings.TrimSpace(c.file.Text(number)) }

// silent reports whether a line is part of no statement: blank lines, comments,
// preprocessor directives, braces.
func (c code) silent(number int) bool {
	t := c.text(number)
	return t == "" || t == "{" || t == "}" || strings.HasPrefix(t, "*") || strings.HasPrefix(t, "/*") || strings.HasPrefix(t, "//") || directive(t)
}

func directive(line string) bool { return strings.HasPrefix(line, "#") }

// ends reports whether the next line begins another statement.
func ends(line string) bool {
	return strings.HasSuffix(line, ";") || strings.HasSuffix(line, "{") || strings.HasSuffix(line, "}") || strings.HasSuffix(line, ":") || strings.HasSuffix(line, "*/")
}
