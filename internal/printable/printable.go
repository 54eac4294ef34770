// SPDX-License-Identifier: Apache-2.0

package printable

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text makes a text safe to show. Line feeds and tabs stay. Anything else that
// is not printable (control characters, including C1, invisible and
// direction-changing ones; line separators; bytes that are not UTF-8) becomes
// \x1b, \u202e or \U000e0001, as in Go.
//
// The result is for reading: a backslash stays as it is, so the text cannot
// be recovered from it. Escaping twice changes nothing.
func Text(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		b.WriteString(escapeRune(r, s[:n]))
		s = s[n:]
	}
	return b.String()
}

// escapeRune is Text for the one rune r, which was decoded from raw.
func escapeRune(r rune, raw string) string {
	switch {
	case r == '\n', r == '\t':
		return raw
	case r == utf8.RuneError && len(raw) == 1, r < 0x80 && !strconv.IsPrint(r):
		return fmt.Sprintf(`\x%02x`, raw[0])
	case strconv.IsPrint(r):
		return raw
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

var lineEscapes = strings.NewReplacer("\n", `\n`, "\t", `\t`)

// Line is Text for a text that must stay on one line. It drops final line
// feeds.
func Line(s string) string {
	return lineEscapes.Replace(Text(strings.TrimRight(s, "\n")))
}

// Lines splits a text into safe lines, without the line feeds at its end.
func Lines(s string) []string {
	s = strings.TrimRight(s, "\n")
	if s == "" {
		return nil
	}
	return strings.Split(Text(s), "\n")
}
