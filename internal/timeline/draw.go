// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/klptest/klptest/internal/printable"
)

// The dimensions of a drawing, in user units; a browser shows one as a CSS pixel.
// The text is narrow enough for a phone.
const (
	margin    = 14
	pitch     = 32  // distance between lanes
	line      = 19  // the height of a line
	columns   = 48  // in a line of text
	advance   = 7.2 // width of a character; textLength makes it exact in any font
	chipSpace = 8   // on both sides of a chip's text, and between chips
	nameLine  = 17
	thickness = 10 // of the bar of an enabled livepatch
)

// drawing is a timeline as shapes.
type drawing struct {
	ID            string
	Name, Title   string
	Words         []string // the drawing in words
	Width, Height int
	Bands         []box // behind commands and wrong rows
	Bars          []bar
	Links         []link
	Marks         []mark
	Chips         []box
	Texts         []text
}

type box struct {
	X, Y, W, H int
	Class      string
}

// bar is a livepatch in a phase.
type bar struct {
	X, Y1, Y2 int
	Class     string
}

// link leads from one livepatch to another.
type link struct {
	X1, X2, Y int
	Head      int // where the arrow's head begins
	Class     string
}

type mark struct {
	X, Y  int
	Class string
	Shape string // a path
}

type text struct {
	X, Y  int
	Width int // 0: natural width
	Class string
	Text  string
}

// drawer draws from top to bottom.
type drawer struct {
	drawing
	t     Timeline
	y     int // the top of the next row
	left  int // of the texts
	since []begun
}

// begun is the phase of a livepatch, and where the phase began.
type begun struct {
	phase Phase
	y     int
}

// draw lays out a timeline.
func draw(t Timeline, id, name, title string) drawing {
	d := &drawer{t: t, y: margin, left: margin + pitch*len(t.Lanes) + 6, since: make([]begun, len(t.Lanes))}
	d.ID, d.Name, d.Title, d.Words = id, printable.Line(name), printable.Line(title), t.List()
	d.Width = d.left + scale(columns) + margin + 6
	d.heading()
	d.names()
	for _, r := range t.Rows {
		d.row(r)
	}
	if t.More > 0 {
		d.paragraph("dim", fmt.Sprintf("… and %d more", t.More))
	}
	d.finish()
	d.legend()
	d.Height = d.y + margin
	return d.drawing
}

func (d *drawer) x(lane int) int { return margin + pitch*lane + pitch/2 }

// heading writes the case's name and title, if the drawing is a separate file.
func (d *drawer) heading() {
	if d.Name == "" {
		return
	}
	d.Texts = append(d.Texts, text{X: margin, Y: d.y + 14, Class: "name", Text: d.Name})
	d.y += line + 2
	wide := int(float64(d.Width-2*margin) / 7)
	for _, part := range wrap(d.Title, wide, 0) {
		d.Texts = append(d.Texts, text{X: margin, Y: d.y + 13, Class: "title", Text: part})
		d.y += nameLine
	}
	d.y += 8
}

// names writes the name of each lane, with a line down to the lane.
func (d *drawer) names() {
	bottom := d.y + nameLine*len(d.t.Lanes)
	for i, name := range d.t.Lanes {
		x := d.x(i)
		d.Bars = append(d.Bars, bar{X: x, Y1: d.y + 12, Y2: bottom, Class: "lead " + hue(i)})
		d.Texts = append(d.Texts, text{X: x - 4, Y: d.y + 9, Class: "lane " + hue(i), Text: printable.Line(name)})
		d.since[i] = begun{Absent, bottom}
		d.y += nameLine
	}
	d.y += 4
}

// row draws a row; its effect on the livepatches begins at its mark.
func (d *drawer) row(r Row) {
	if r.Kind == Command {
		d.y += 6
	}
	top := d.y
	middle := top + line/2
	for i, p := range r.Phases {
		d.phase(i, p, middle)
	}
	d.links(r, middle)
	d.mark(r, middle)
	d.words(r)
	if r.At != nil {
		d.at(fmt.Sprintf("+%.2f s", r.At.Seconds()))
	}
	if r.Kind == Command {
		d.Bands = append(d.Bands, box{margin, top - 1, d.Width - 2*margin, d.y - top + 2, "command"})
		d.y += 4
	}
	if r.Wrong {
		d.Bands = append(d.Bands, box{margin, top, d.Width - 2*margin, d.y - top, "wrong"})
	}
}

// at writes the start time of a command, at the end of its last line if there is room.
func (d *drawer) at(when string) {
	n := utf8.RuneCountInString(when)
	if last := d.Texts[len(d.Texts)-1]; last.X+last.Width <= d.left+scale(columns-n-2) {
		d.write(columns-n, d.y-line, "dim", when)
	}
}

// phase ends the bar of a livepatch whose phase changes.
func (d *drawer) phase(lane int, p Phase, y int) {
	was := d.since[lane]
	if p == was.phase {
		return
	}
	if was.phase != Absent {
		d.Bars = append(d.Bars, bar{X: d.x(lane), Y1: was.y, Y2: y, Class: string(was.phase) + " " + hue(lane)})
	}
	d.since[lane] = begun{p, y}
}

// finish ends the bars of the remaining livepatches.
func (d *drawer) finish() {
	for i := range d.since {
		d.phase(i, Absent, d.y)
	}
}

// hue returns the class of a lane's colour.
func hue(lane int) string {
	if lane == None {
		return "none"
	}
	return fmt.Sprintf("l%d", lane%6)
}

// wrap breaks a text into lines of at most n characters; all but the first are
// shorter by indent. It breaks at blanks or within paths if possible. An empty text
// gives no line.
func wrap(s string, n, indent int) (lines []string) {
	for utf8.RuneCountInString(s) > n {
		runes := []rune(s)
		cut := breakAt(runes, n)
		lines = append(lines, string(runes[:cut]))
		s = strings.TrimPrefix(string(runes[cut:]), " ")
		if len(lines) == 1 {
			n -= indent
		}
	}
	if s != "" {
		lines = append(lines, s)
	}
	return lines
}

// breakAt returns where a line of at most n characters ends.
func breakAt(runes []rune, n int) int {
	for i := n; i > n/3; i-- {
		if runes[i] == ' ' || runes[i-1] == '/' || runes[i-1] == ',' {
			return i
		}
	}
	return n
}
