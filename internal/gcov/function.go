// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"regexp"
	"strings"
)

// definition matches the first line of a function in the kernel's style, which is not
// indented, and ends neither as a declaration nor as the use of a macro.
var definition = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_ *]*?\b([A-Za-z_][A-Za-z0-9_]*)\(`)

// Functions returns the name of the function that each line of the source belongs to, or
// "" if it belongs to none. gcov does not know it for inlined functions.
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
