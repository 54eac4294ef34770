// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escape makes a line of a guest's safe for a terminal: whatever is not
// printable (control bytes, broken UTF-8, marks that turn the writing
// direction) is spelled out. Tabs stay.
func escape(line string) string {
	if plain(line) {
		return line
	}
	var b strings.Builder
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		switch {
		case r == utf8.RuneError && size <= 1, r < 0xa0 && r != '\t' && !unicode.IsPrint(r):
			for _, c := range []byte(line[i : i+size]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		case r != '\t' && !unicode.IsPrint(r):
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteString(line[i : i+size])
		}
		i += size
	}
	return b.String()
}

// plain tells that nothing needs to be spelled out; most lines are so.
func plain(line string) bool {
	for i := range len(line) {
		if c := line[i]; c != '\t' && (c < ' ' || c > '~') {
			return false
		}
	}
	return true
}
