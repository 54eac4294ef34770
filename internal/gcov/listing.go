// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Listed is a line of a listing.
type Listed struct {
	Number int
	Class  string // "run", "part" when some of its branches were not taken, "missed", or "" without code
	Count  string // empty without code
	Taken  string // branches: "2/3"; empty: it has none
	Text   string
}

// Listing returns the source with its counts or, without the source, the lines
// that have code.
func (f File) Listing() []Listed {
	list := make([]Listed, len(f.Source))
	for i, text := range f.Source {
		list[i] = Listed{Number: i + 1, Text: text}
	}
	for _, l := range f.Lines {
		if l.Number >= 1 && l.Number <= len(f.Source) {
			list[l.Number-1] = l.listed(f.Text(l.Number))
		} else {
			list = append(list, l.listed(""))
		}
	}
	return list
}

func (l Line) listed(text string) Listed {
	entry := Listed{Number: l.Number, Class: "run", Count: strconv.FormatUint(l.Count, 10), Text: text}
	taken := l.taken()
	if n := len(l.Branches); n > 0 {
		entry.Taken = fmt.Sprintf("%d/%d", taken, n)
	}
	switch {
	case l.Count == 0:
		entry.Class = "missed"
	case taken < len(l.Branches):
		entry.Class = "part"
	}
	return entry
}

// taken returns how many of the branches were taken.
func (l Line) taken() (n int) {
	for _, b := range l.Branches {
		n += run(b)
	}
	return n
}

// marks show the class of a line in text.
var marks = map[string]string{"missed": "!", "part": "?"}

// Columns returns all columns but the text.
func (l Listed) Columns() string {
	return fmt.Sprintf("%1s %9s %7s %5d", marks[l.Class], l.Count, l.Taken, l.Number)
}

// WriteListing writes the listing as text: "!" marks a line that was not run, and
// "?" a line some of whose branches were not taken.
func (f File) WriteListing(w io.Writer) error {
	var b strings.Builder
	t := f.Total()
	fmt.Fprintf(&b, "%s: %s of %d lines, %s of %d branches\n", f.Name, Percent(t.LinesRun, t.Lines), t.Lines, Percent(t.BranchesRun, t.Branches), t.Branches)
	b.WriteString("! not run   ? a branch not taken; columns: mark, count, branches taken, line\n\n")
	for _, l := range f.Listing() {
		b.WriteString(strings.TrimRight(l.Columns()+"  "+l.Text, " \t") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Percent returns a part of a whole, rounded down: only all of it is "100.0%".
func Percent(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	permille := part * 1000 / whole
	return fmt.Sprintf("%d.%d%%", permille/10, permille%10)
}
