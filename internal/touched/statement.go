// SPDX-License-Identifier: Apache-2.0

package touched

import (
	"strings"

	"github.com/klptest/klptest/internal/gcov"
)

// code are the lines of a file that have counters, by their numbers.
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

// maxStatement is more lines than a statement has: results may be a stranger's.
const maxStatement = 200

// counted is the line on which the compiler counts a statement that the given line is a
// part of: often the first one of several. A call that it has inlined has no counter of
// its own: then the statement after it has the same. It reports false for what is no
// statement.
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

// silent tells lines that are part of no statement: blank ones, comments, directives of
// the preprocessor, braces.
func (c code) silent(number int) bool {
	t := c.text(number)
	return t == "" || t == "{" || t == "}" || strings.HasPrefix(t, "*") || strings.HasPrefix(t, "/*") || strings.HasPrefix(t, "//") || directive(t)
}

func directive(line string) bool { return strings.HasPrefix(line, "#") }

// ends tells whether the next line begins another statement.
func ends(line string) bool {
	return strings.HasSuffix(line, ";") || strings.HasSuffix(line, "{") || strings.HasSuffix(line, "}") || strings.HasSuffix(line, ":") || strings.HasSuffix(line, "*/")
}
