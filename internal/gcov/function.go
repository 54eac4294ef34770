// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"regexp"
	"strings"
)

// definition is the first line of a function in the kernel's style: it is not
// indented, and ends neither as a declaration nor as a macro's use.
var definition = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_ *]*?\b([A-Za-z_][A-Za-z0-9_]*)\(`)

// FunctionAt is the name of the function that has a line, counted from 1; empty: it is
// in none. gcov does not know it of a function that is inlined.
func (f File) FunctionAt(number int) string {
	for n := min(number, len(f.Source)); n >= 1; n-- {
		text := f.Source[n-1]
		if strings.HasPrefix(text, "}") && n < number {
			return ""
		}
		if m := definition.FindStringSubmatch(text); m != nil && !strings.HasSuffix(text, ";") && !strings.HasPrefix(text, "return") {
			return m[1]
		}
	}
	return ""
}
