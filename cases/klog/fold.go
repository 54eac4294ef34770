// SPDX-License-Identifier: Apache-2.0

package klog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/nearest"
	"github.com/klptest/klptest/internal/splat"
)

// MaxBody is how many lines of a splat are shown: enough for the registers and
// the stack of an oops.
const MaxBody = 50

const (
	StackDump splat.Kind = "stack" // a dump without a fault
	Untitled  splat.Kind = "splat" // a "cut here" without a title
)

// Folds are the kinds of folds.
var Folds = []splat.Kind{
	StackDump, splat.Panic, splat.Oops, splat.Bug, splat.Warning, splat.KASAN, splat.KCSAN,
	splat.KFENCE, splat.KMSAN, splat.UBSAN, splat.Lockdep, splat.Stall, Untitled,
}

// folder folds the splats of a log, line by line.
type folder struct {
	out  []Entry
	open *open // the open fold; nil: none
}

// open is a fold that has not ended.
type open struct {
	at    int        // its entry
	kind  splat.Kind // empty: not known yet
	where string
	end   *regexp.Regexp // its explicit last line; nil: it lasts as long as the dump
	ended bool           // its last line has come: another splat or stack is not part of it
}

// Fold replaces each splat and each bare stack dump with one entry. A line that
// begins with a name in own belongs to no splat, whatever surrounds it.
// truncated reports whether the last splat lacks its end.
func Fold(list []Entry, own map[string]bool) (out []Entry, truncated bool) {
	f := &folder{}
	for _, e := range list {
		if e.Marker || IsOwn(e.Text, own) {
			f.out = append(f.out, e)
		} else {
			f.line(e)
		}
	}
	return f.out, f.open != nil && f.open.end != nil
}

// IsOwn reports whether a line begins with one of the names.
func IsOwn(line string, own map[string]bool) bool {
	name, _, ok := strings.Cut(line, ": ")
	return ok && own[name]
}

// OwnNames returns the names of modules, and livepatch, which logs about all of
// them.
func OwnNames(modules []string) map[string]bool {
	own := map[string]bool{"livepatch": true}
	for _, m := range modules {
		own[m] = true
	}
	return own
}

func (f *folder) line(e Entry) {
	s, isSplat := splat.Match(e.Text)
	switch {
	case cutHere.MatchString(e.Text):
		f.begin(e, splat.Splat{}, endTrace)
	case isSplat && f.begins(s):
		f.begin(e, s, ends[s.Kind])
	case f.open != nil && (isSplat || f.open.has(e.Text)):
		f.title(e, s)
		f.open.add(e.Text, s)
		f.keep(e.Text)
		f.name()
		if f.open.ended && f.open.kind == splat.Warning {
			f.open = nil // after an oops, the registers come once more
		}
	case stackStart.MatchString(e.Text):
		f.begin(e, splat.Splat{Kind: StackDump}, nil)
	default:
		f.open = nil
		f.out = append(f.out, e)
	}
}

// begins reports whether a splat's line begins a new splat. Otherwise it
// belongs to the open one: a WARN's second line, the Oops of a BUG, a stall
// reported at length. A splat of another kind is never part of the open one: a
// case that expects that one would pass with both.
func (f *folder) begins(s splat.Splat) bool {
	o := f.open
	switch {
	case o == nil || o.ended:
		return true
	case o.kind == "":
		return false
	case s.Kind == splat.Oops && o.kind == splat.Bug:
		return false
	case o.kind != s.Kind:
		return true
	}
	return o.end == nil && s.Kind != splat.Oops && s.Kind != splat.Stall && !s.Fatal
}

func (f *folder) begin(e Entry, s splat.Splat, end *regexp.Regexp) {
	if n := len(f.out); n > 0 && s.Kind != "" && s.Kind != StackDump && banner.MatchString(f.out[n-1].Text) {
		f.out = f.out[:n-1] // the line of === above a report
	}
	e.Body = []string{e.Text}
	f.open = &open{at: len(f.out), kind: s.Kind, where: FunctionName(s.Where), end: end}
	f.out = append(f.out, e)
	f.name()
}

// keep adds a line to the open fold's body.
func (f *folder) keep(line string) {
	if e := &f.out[f.open.at]; len(e.Body) < MaxBody {
		e.Body = append(e.Body, line)
	}
}

// title makes the line that names a splat the text of its entry.
func (f *folder) title(e Entry, s splat.Splat) {
	if f.open.kind == "" && s.Kind != "" {
		f.out[f.open.at].Text = e.Text
	}
}

// name writes the name of the open fold, as far as it is known, into its entry.
func (f *folder) name() {
	e, kind := &f.out[f.open.at], f.open.kind
	if kind == "" {
		kind = Untitled
	}
	e.Fold = strings.TrimSpace(FoldPrefix + string(kind) + " " + f.open.where)
	e.Splat = kind != StackDump
}

func (o *open) has(line string) bool {
	if stackHead.MatchString(line) && (o.ended || o.kind == StackDump) {
		return false
	}
	return o.end != nil || dumpLine.MatchString(line) || endTrace.MatchString(line)
}

func (o *open) add(line string, s splat.Splat) {
	if o.kind == "" && s.Kind != "" {
		o.kind = s.Kind
	}
	if m := ripLine.FindStringSubmatch(line); m != nil && o.where == "" && o.kind != StackDump {
		o.where = FunctionName(m[1])
	}
	if s.Where != "" && o.where == "" {
		o.where = FunctionName(s.Where)
	}
	if o.end != nil && o.end.MatchString(line) {
		o.end, o.ended = nil, o.kind != splat.Lockdep // it ends where its stack trace starts
	}
	o.ended = o.ended || endTrace.MatchString(line)
}

// CheckFold refuses a fold that no log can produce.
func CheckFold(line string) error {
	kind, _, _ := strings.Cut(line[len(FoldPrefix):], " ")
	if slices.Contains(Folds, splat.Kind(kind)) {
		return nil
	}
	var known []string
	for _, k := range Folds {
		known = append(known, string(k))
	}
	return fmt.Errorf("%q is not a fold%s; the folds are %s (a log line that begins so is written \\* …)", line, nearest.DidYouMean(kind, known), strings.Join(known, ", "))
}

// Folded is a line of a kernel log after folding: a record, or a splat or stack
// dump that begins with the record.
type Folded struct {
	At    int    // its index among the lines
	Fold  string // as a transcript shows it, "* WARNING f"; empty: the line is a record of its own
	Splat bool   // the fold shows a fault of the kernel
}

// FoldLines folds a log without a run, such as a pasted one. A line that begins
// with one of the modules belongs to no splat.
func FoldLines(lines, modules []string) []Folded {
	list := make([]Entry, len(lines))
	for i, line := range lines {
		list[i] = Entry{Text: line, at: i}
	}
	out, _ := Fold(list, OwnNames(modules))
	folded := make([]Folded, len(out))
	for i, e := range out {
		folded[i] = Folded{At: e.at, Fold: e.Fold, Splat: e.Splat}
	}
	return folded
}
