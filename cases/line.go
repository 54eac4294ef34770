// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// special are the first characters of lines that are not log lines; a log
// line that begins with one of them, or with a blank, has a \ in front.
const special = `%=!#[\`

// foldMark is what a fold begins with: `* WARNING klp_get_prev_state`.
const foldMark = "* "

// markerMark is what a command's marker in the log begins with.
const markerMark = "% "

// marker is what the command's marker in the log says.
func (c Command) marker() string { return markerMark + c.Text }

// logLine is a line of the kernel log as the transcript shows it.
func logLine(text string) string {
	text = escape(text)
	if text == "" {
		return text
	}
	if strings.IndexByte(special+" \t", text[0]) >= 0 || strings.HasPrefix(text, foldMark) || strings.HasPrefix(text, "-- ") {
		return `\` + text
	}
	return text
}

// outputLines is a command's output as the transcript shows it.
func outputLines(output string) []string {
	if output == "" {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(output, "\n"), "\n") {
		lines = append(lines, strings.TrimRight("= "+escape(line), " \t"))
	}
	return lines
}

// escape replaces what is not text by \xNN, byte for byte, and drops blanks
// at the end: mail does not keep them.
func escape(s string) string {
	s = strings.TrimRight(s, " \t\r\n")
	if badText(s) == "" {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 || !isText(r) {
			for _, c := range []byte(s[:n]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// clip shortens a text to at most n bytes, or a little more to say so.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
