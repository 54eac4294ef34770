// SPDX-License-Identifier: Apache-2.0

package klog

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/klptest/klptest/internal/printable"
)

// special are the first characters of lines that are not log lines; a log
// line that begins with one of them, or with a blank, has a \ in front.
const special = `%=!#[\`

// FoldPrefix begins a fold: `* WARNING klp_get_prev_state`.
const FoldPrefix = "* "

// LogLine returns a line of the kernel log as a transcript shows it.
func LogLine(text string) string { return wording(quoted(Escape(text))) }

// quoted puts a \ in front of a line that would be taken for another kind.
func quoted(text string) string {
	if text == "" {
		return text
	}
	if strings.IndexByte(special+" \t", text[0]) >= 0 || strings.HasPrefix(text, FoldPrefix) || strings.HasPrefix(text, "-- ") {
		return `\` + text
	}
	return text
}

// Escape replaces bytes that are not text with \xNN, and drops trailing blanks,
// which mail does not keep.
func Escape(s string) string {
	s = strings.TrimRight(s, " \t\r\n")
	if BadText(s) == "" {
		return s
	}
	return printable.Hex(s, isText)
}

// Clip shortens a text to at most n bytes and an ellipsis.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// BadText names the first thing in a line that is not text.
func BadText(line string) string {
	for i, r := range line {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(line[i:], "\uFFFD"):
			return "invalid UTF-8"
		case r == '\r':
			return "carriage return"
		case !isText(r):
			return fmt.Sprintf("control character %U", r)
		}
	}
	return ""
}

// isText reports whether a character may be in a case and be printed: no
// control characters, and none that change how others are shown.
func isText(r rune) bool { return r == '\t' || unicode.IsGraphic(r) }
