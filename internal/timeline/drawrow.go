// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/klptest/klptest/internal/printable"
)

// shapes are the marks of rows, around the point 0,0. No two kinds differ only in colour.
var shapes = map[Kind]string{
	Transition: "M-8,0H8",
	Reversal:   "M-5,4V0A4.5,4.5 0 0 1 4,0V4M1,2L4,6L7,2",
	Open:       "M-5,-6H5L-5,6H5Z",
	Failure:    cross,
	Errno:      cross,
	Data:       "M0,-5L5,0L0,5L-5,0Z",
	Handover:   "M-4,-4H4V4H-4Z",
	Object:     "M-5,-4H5V4H-5Z",
	Callback:   circle,
	Note:       "M-2,0A2,2 0 1 0 2,0A2,2 0 1 0 -2,0Z",
}

const (
	cross   = "M-5,-5L5,5M5,-5L-5,5"
	circle  = "M-5,0A5,5 0 1 0 5,0A5,5 0 1 0 -5,0Z"
	crossed = "M0,-7L7,0L0,7L-7,0ZM-3,-3L3,3M3,-3L-3,3"
)

// mark draws the mark of a row in its lane.
func (d *drawer) mark(r Row, y int) {
	shape := shapes[r.Kind]
	if r.Lane == None || shape == "" {
		return
	}
	class := string(r.Kind) + " " + hue(r.Lane)
	switch {
	case r.Kind == Callback && strings.HasPrefix(r.Text, "post_"):
		class += " post"
	case r.Lost:
		shape = crossed
	}
	d.Marks = append(d.Marks, mark{d.x(r.Lane), y, class, shape})
}

// links draws the origin of states and data.
func (d *drawer) links(r Row, y int) {
	if r.Lane == None {
		return
	}
	from := map[int]string{}
	for _, s := range r.States {
		if s.From != None {
			from[s.From] = "reads"
		}
	}
	if r.From != None {
		from[r.From] = "passes"
	}
	for lane := range d.t.Lanes {
		class := from[lane]
		if class == "" || lane == r.Lane {
			continue
		}
		away := 1
		if lane > r.Lane {
			away = -1
		}
		to := d.x(r.Lane) - 6*away
		d.Links = append(d.Links, link{X1: d.x(lane) + thickness/2*away, X2: to, Head: to - 6*away, Y: y, Class: class + " " + hue(lane)})
	}
}

// words writes the text of a row.
func (d *drawer) words(r Row) {
	label := printable.Line(r.Text)
	switch r.Kind {
	case Command:
		label = "% " + label
	case Answer:
		label = strings.TrimSpace("= " + label)
	case Errno:
		label = "! " + label
	case Missing:
		label = "expected: " + label
	}
	if r.Detail != "" {
		label += ": " + printable.Line(r.Detail)
	}
	if len(r.States) == 1 && utf8.RuneCountInString(label)+2+width(pieces(r, 0)) <= columns {
		d.flow(utf8.RuneCountInString(label)+2, pieces(r, 0))
		d.paragraph(string(r.Kind), label)
		return
	}
	d.paragraph(string(r.Kind), label)
	for i := range r.States {
		d.y += d.flow(2, pieces(r, i)) * line
	}
}

// paragraph writes a text; all lines but the first are indented.
func (d *drawer) paragraph(class, s string) {
	indent := 0
	for _, part := range wrap(cmp.Or(s, " "), columns, 2) {
		d.write(indent, d.y, class, part)
		d.y += line
		indent = 2
	}
}

// write writes a text at a column of a line.
func (d *drawer) write(column, y int, class, s string) {
	d.Texts = append(d.Texts, text{X: d.left + scale(column), Y: y + 14, Width: scale(utf8.RuneCountInString(s)), Class: class, Text: s})
}

func scale(columns int) int { return int(float64(columns) * advance) }

// piece is a part of what a callback got about a state.
type piece struct {
	text  string
	class string // of its chip; empty: no chip
}

// pieces returns what a callback got about its state number i.
func pieces(r Row, i int) []piece {
	s := r.States[i]
	own, prev := hue(r.Lane), hue(s.From)
	if s.Own.Version == nothing {
		own = hue(None)
	}
	return []piece{{"state " + s.ID, ""}, {"own " + s.Own.String(), "chip " + own}, {"prev " + s.Prev.String(), "chip " + prev}}
}

// String returns the version, and the data if there is any.
func (h Held) String() string {
	if h.Data == "" {
		return h.Version
	}
	return h.Version + " " + h.Data
}

// width returns the number of columns of pieces in a line.
func width(list []piece) (n int) {
	for _, p := range list {
		n += utf8.RuneCountInString(p.text) + 2
	}
	return n
}

// flow writes pieces one after the other, starting at a column, and returns how
// many lines they take.
func (d *drawer) flow(from int, list []piece) (lines int) {
	column, y := from, d.y
	for _, p := range list {
		p.text = printable.Line(p.text)
		n := utf8.RuneCountInString(p.text)
		if column+n > columns && column > from {
			column, y, lines = from+4, y+line, lines+1
		}
		class := "state"
		if p.class != "" {
			class = p.class
			d.Chips = append(d.Chips, box{d.left + scale(column) - chipSpace/2, y + 2, scale(n) + chipSpace, line - 3, p.class})
		}
		d.write(column, y, class, p.text)
		column += n + 2
	}
	return lines + 1
}

// legend explains the marks.
func (d *drawer) legend() {
	if len(d.t.Lanes) == 0 {
		return
	}
	d.y += 8
	x, y := margin+8, d.y+line/2
	sign := func(label string, draw func()) {
		draw()
		w := scale(utf8.RuneCountInString(label))
		d.Texts = append(d.Texts, text{X: x + 12, Y: d.y + 14, Width: w, Class: "legend", Text: label})
		x += 12 + w + 20
	}
	for _, phase := range []Phase{Patching, Enabled, Loaded} {
		label := map[Phase]string{Patching: "in transition", Enabled: "enabled", Loaded: "loaded"}[phase]
		sign(label, func() { d.Bars = append(d.Bars, bar{x, y - 8, y + 8, string(phase) + " none"}) })
	}
	for _, post := range []string{"", " post"} {
		label := map[string]string{"": "pre", " post": "post"}[post]
		sign(label, func() { d.Marks = append(d.Marks, mark{x, y, "callback none" + post, circle}) })
	}
	d.y += line
	const calls = "own: klp_get_state(), prev: klp_get_prev_state()"
	d.Texts = append(d.Texts, text{X: margin, Y: d.y + 14, Width: scale(len(calls)), Class: "legend", Text: calls})
	d.y += nameLine
}
