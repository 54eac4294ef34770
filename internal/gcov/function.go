// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"regexp"
	"strings"
)

// definition is the first line of a function in the kernel's style: it is not
// indented, and ends neither as a declaration nor as a macro's use.
var definition = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_ *]*?\b([A-Za-z_][A-Za-z0-9_]*)\(`)

// Functions are the names of the functions that the lines of the source belong to; empty:
// a line belongs to none. gcov does not know it of a function that is inlined.
func (f File) Functions() []string {
	names := make([]string, len(f.Source))
	name := ""
	for i, text := range f.Source {
		if m := definition.FindStringSubmatch(text); m != nil && !strings.HasSuffix(text, ";") && !strings.HasPrefix(text, "return") {
			name = m[1]
		}
		if names[i] = name; strings.HasPrefix(text, "}") {
			name = ""
		}
	}
	return names
}
