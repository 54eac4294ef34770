// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/splat"
)

const (
	maxShapes = 8   // of prefixes in a text
	maxFront  = 200 // bytes of a prefix
	frontEnds = " ]|):>\t"
)

var (
	// stampLike matches the parts of a prefix that come from a logger.
	stampLike = regexp.MustCompile(`\d\d:\d\d|\d+\.\d{3,}|\bkernel\b`)
	// oddStamp matches a line that a logger seems to have stamped.
	oddStamp = regexp.MustCompile(`^(?:[^a-zA-Z]|[A-Z][a-z]{2}\b|<).{0,40}?(?:\d\d:\d\d:\d\d|\d+\.\d{3,}\W|\bkernel: )|^[\w.-]+ kernel: `)
	// varying matches the parts of a prefix that differ from line to line.
	varying = regexp.MustCompile(`\b[A-Z][a-z]{2}\b| *\d+`)
	bar     = regexp.MustCompile(`^[ \t]*(?:\| ?)+`)
)

// unprefix removes prefixes of unknown form. A record of livepatch shows where its prefix
// ends; all lines with a prefix of the same shape have it removed.
func unprefix(lines []line) {
	shapes := map[string]*regexp.Regexp{}
	for _, l := range lines {
		if front := unknownFront(l); front != "" && len(shapes) < maxShapes {
			re := shapeOf(front)
			shapes[re.String()] = re
		}
	}
	if len(shapes) == 0 {
		return
	}
	for i := range lines {
		if l := &lines[i]; l.kind == "" && !isPrompted(l.text) {
			l.cutShape(shapes)
		}
	}
}

// unknownFront returns the unknown part of the prefix of a record; empty if there is none,
// or if it may be a prompt or the number of a step.
func unknownFront(l line) string {
	if l.kind != "" || !strings.Contains(l.text, "livepatch: ") || hunkHead.MatchString(l.text) {
		return ""
	}
	unstamp(&l)
	i := recordAt(l.text)
	if i <= 0 || l.user {
		return ""
	}
	front := l.text[:i]
	_, isStep := bareCommand(front + "insmod a_b.ko")
	if strings.TrimSpace(front) == "" || len(front) > maxFront || isStep || isPrompted(front+"x") || l.stamped && !stampLike.MatchString(front) {
		return ""
	}
	return front
}

// recordAt returns where an unmistakable record begins in a text; -1 if there is none.
func recordAt(text string) int {
	i := strings.Index(text, "livepatch: ")
	if i < 0 || i > 0 && strings.IndexByte(frontEnds, text[i-1]) < 0 || strings.Contains(text[:i], "kernel log") {
		return -1
	}
	if e, ok := readEvent(text[i:]); !ok || e.what == otherLine {
		return -1
	}
	return i
}

// shapeOf matches a prefix with other numbers, another month and another day.
func shapeOf(front string) *regexp.Regexp {
	var b strings.Builder
	from := 0
	for _, at := range varying.FindAllStringIndex(front, -1) {
		b.WriteString(regexp.QuoteMeta(front[from:at[0]]))
		if from = at[1]; strings.ContainsAny(front[at[0]:at[1]], digits) {
			b.WriteString(` *\d+`)
		} else {
			b.WriteString(`[A-Z][a-z]{2}`)
		}
	}
	return regexp.MustCompile("^" + b.String() + regexp.QuoteMeta(front[from:]))
}

func (l *line) cutShape(shapes map[string]*regexp.Regexp) {
	bare := *l
	unstamp(&bare)
	if bare.user {
		return
	}
	for _, re := range shapes {
		if at := re.FindStringIndex(bare.text); at != nil {
			l.text = bare.text[at[1]:]
			l.stamped = !isPrompted(l.text)
			return
		}
	}
}

// unbar removes the bars in front of two or more lines in a row, as klptest puts them
// before the log's tail, and those behind the lines of a table.
func unbar(lines []line) {
	for from := 0; from < len(lines); from++ {
		to := from
		for to < len(lines) && bar.MatchString(lines[to].text) {
			to++
		}
		if to-from > 1 {
			cutBars(lines[from:to])
		}
		from = max(from, to)
	}
}

func cutBars(lines []line) {
	isTable := !slices.ContainsFunc(lines, func(l line) bool { return !strings.HasSuffix(l.text, " |") })
	for i := range lines {
		l := &lines[i]
		l.text = bar.ReplaceAllString(l.text, "")
		if isTable {
			l.text = strings.TrimRight(strings.TrimSuffix(l.text, "|"), " ")
		}
	}
}

// hidesSplat reports whether a line that is not judged has a splat, behind whatever.
func (l line) hidesSplat() bool {
	if l.symptom != "" || l.user || l.kind != isText && l.kind != isOutput && l.kind != isNoise {
		return false
	}
	for i := range min(len(l.text), maxFront) {
		if i > 0 && strings.IndexByte(frontEnds, l.text[i-1]) < 0 || l.stamped && !stampLike.MatchString(l.text[:i]) {
			continue
		}
		if _, ok := splat.Match(l.text[i:]); ok {
			return true
		}
	}
	return false
}
