// SPDX-License-Identifier: Apache-2.0

package paste

import "strings"

// maxPieces is the largest number of pieces into which a mailer breaks a log
// line.
const maxPieces = 4

// unwrap joins lines that a mailer has broken: two pieces are one line when
// neither is complete, and together they are a known line of the kernel or a
// shell.
func unwrap(lines []line) []line {
	out := lines[:0:0]
	for i := 0; i < len(lines); {
		l := lines[i]
		n := pieces(lines[i:])
		for _, more := range lines[i+1 : i+n] {
			l.text = join(l.text, more.text)
			l.raw += "\n" + more.raw
		}
		out = append(out, l)
		i += n
	}
	return out
}

func join(a, b string) string {
	a, b = strings.TrimRight(a, " \t"), strings.TrimLeft(b, " \t")
	if cut, ok := strings.CutSuffix(a, `\`); ok {
		a = strings.TrimRight(cut, " \t")
	}
	return a + " " + b
}

// pieces returns the number of lines into which the first line was broken.
func pieces(lines []line) int {
	body, ok := begun(lines[0].text)
	if !ok {
		return 1
	}
	for n := 1; n < min(maxPieces, len(lines)); n++ {
		next := lines[n].text
		if next == "" || lines[n].kind != "" || lines[n].stamped || front(next) > 0 || isPrompted(next) {
			return 1
		}
		if body = join(body, next); isWhole(body) {
			return n + 1
		}
	}
	return 1
}

// begun returns a line without its stamps, and whether its end may be missing.
func begun(text string) (body string, ok bool) {
	n := front(text)
	body = text[n:]
	if typed, ok := promptedBody(body); ok {
		return typed, isTornCommand(typed)
	}
	if n == 0 && len(body) > 1 && strings.IndexByte(" +-", body[0]) >= 0 { // of a diff
		body = body[1:]
		if typed, ok := promptedBody(body); ok {
			return typed, isTornCommand(typed)
		}
	}
	return body, mayBeTorn(body) && !isWhole(body)
}
