// SPDX-License-Identifier: Apache-2.0

package report

import "strings"

const (
	narrowest = 30 // columns; a terminal with fewer breaks lines by itself
	nameCols  = 32 // of a test's name, where there is room
)

// arrow stands in a diff before the place of a line. The place stays with it.
const arrow = " <--"

// columns is the width of the reader's terminal; 0: there is none, or it is too
// narrow to lay anything out for it.
func (h *Human) columns() int {
	if h.o.Width == nil {
		return 0
	}
	if w := h.o.Width(); w >= narrowest {
		return w
	}
	return 0
}

// nameWidth is how many columns the names of tests are padded to, so that other
// text of so many columns fits beside them.
func (h *Human) nameWidth(other int) int {
	if w := h.columns(); w > 0 {
		return max(0, min(nameCols, w-1-other))
	}
	return nameCols
}

// fold breaks text between words for the reader's terminal; hang goes before the
// lines that come of it. What is there to be copied is not to be folded. Each line is
// painted behind its indentation.
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

// lastGap is where the last space in text[:end+1] is that has a word before it; if
// there is none, where the first one behind is; -1: nowhere.
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
