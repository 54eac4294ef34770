// SPDX-License-Identifier: Apache-2.0

package report

import "strings"

const (
	narrowest = 30 // columns; narrower terminals wrap lines themselves
	nameCols  = 32 // for a test's name, if there is room
)

// arrow precedes a line's place in a diff. The two are not separated.
const arrow = " <--"

// columns is the width of the reader's terminal; 0: no terminal, or one that is too
// narrow for any layout.
func (h *Human) columns() int {
	if h.o.Width == nil {
		return 0
	}
	if w := h.o.Width(); w >= narrowest {
		return w
	}
	return 0
}

// nameWidth is the number of columns that test names are padded to, so that other
// columns of text fit beside them.
func (h *Human) nameWidth(other int) int {
	if w := h.columns(); w > 0 {
		return max(0, min(nameCols, w-1-other))
	}
	return nameCols
}

// fold breaks text between words for the reader's terminal; hang goes before the
// continuation lines. Text meant to be copied must not be folded. Each line is
// painted after its indentation.
func (h *Human) fold(c color, text, hang string) string {
	var b strings.Builder
	for _, line := range fold(text, hang, h.columns()-1) {
		rest := strings.TrimLeft(line, " ")
		b.WriteString(line[:len(line)-len(rest)] + h.paint(c, rest) + "\n")
	}
	return b.String()
}

func fold(text, hang string, width int) (lines []string) {
	for width > 0 && truncate(text, width) != text {
		text = strings.TrimRight(text, " ")
		fits := truncate(text, width)
		at := lastGap(text, len(fits))
		if at < 0 {
			break
		}
		at = len(strings.TrimSuffix(text[:at], arrow))
		lines = append(lines, strings.TrimRight(text[:at], " "))
		text = hang + strings.TrimLeft(text[at:], " ")
	}
	return append(lines, text)
}

// lastGap is the index of the last space in text[:end+1] after a word; if there is
// none, of the first such space after it; -1: none.
func lastGap(text string, end int) int {
	start := len(text) - len(strings.TrimLeft(text, " "))
	if at := strings.LastIndexByte(text[start:max(start, min(end+1, len(text)))], ' '); at > 0 {
		return start + at
	}
	if at := strings.IndexByte(text[start:], ' '); at > 0 {
		return start + at
	}
	return -1
}
