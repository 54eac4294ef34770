// SPDX-License-Identifier: Apache-2.0

package touched

import (
	"strings"

	"github.com/klptest/klptest/internal/gcov"
)

// code are the lines of a file that have counters, by their numbers.
type code struct {
	source []string
	lines  map[int]gcov.Line
}

func codeOf(f gcov.File) code {
	c := code{f.Source, map[int]gcov.Line{}}
	for _, l := range f.Lines {
		c.lines[l.Number] = l
	}
	return c
}

// counted is the line on which the compiler counts a statement that the given line is a
// part of: often the first one of several. It reports false for what is no statement.
func (c code) counted(number int) (int, bool) {
	for n := number; n > 0 && n <= len(c.source); n-- {
		if _, ok := c.lines[n]; ok {
			return n, true
		}
		if silent(c.source[n-1]) || n > 1 && ends(c.source[n-2]) {
			break
		}
	}
	return 0, false
}

// silent tells lines that are part of no statement: blank ones, comments, directives of
// the preprocessor, braces.
func silent(line string) bool {
	t := strings.TrimSpace(line)
	return t == "" || t == "{" || t == "}" || strings.HasPrefix(t, "*") || strings.HasPrefix(t, "/*") || strings.HasPrefix(t, "//") || strings.HasPrefix(t, "#")
}

// ends tells whether the next line begins another statement.
func ends(line string) bool {
	t := strings.TrimSpace(line)
	return silent(t) || strings.HasSuffix(t, ";") || strings.HasSuffix(t, "{") || strings.HasSuffix(t, "}") || strings.HasSuffix(t, ":") || strings.HasSuffix(t, "*/")
}
