// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/splat"
)

// maxBody is how many lines of a splat are shown: enough for the registers
// and the stack of an oops.
const maxBody = 50

const (
	stackFold splat.Kind = "stack" // a dump that nothing wrong goes with
	unknown   splat.Kind = "splat" // a cut without a title
)

// folds are what can stand behind the mark of a fold.
var folds = []splat.Kind{
	stackFold, splat.Panic, splat.Oops, splat.Bug, splat.Warning, splat.KASAN, splat.KCSAN,
	splat.KFENCE, splat.KMSAN, splat.UBSAN, splat.Lockdep, splat.Stall, unknown,
}

// folder folds the splats of a log, line by line.
type folder struct {
	out  []entry
	open *open // the fold that lines go into; nil: there is none
}

// open is a fold that is not over.
type open struct {
	at    int        // its entry
	kind  splat.Kind // empty: not known yet
	where string
	end   *regexp.Regexp // the line that it certainly goes on to; nil: it lasts as long as the dump
	ended bool           // it has said so: another splat or stack is not of it
}

// fold replaces each splat and each bare stack dump by one entry. own are the
// names that begin lines which are in no splat, whatever is around them. It
// tells whether the last splat lacks its end.
func fold(list []entry, own map[string]bool) (out []entry, truncated bool) {
	f := &folder{}
	for _, e := range list {
		if e.marker || isOwn(e.text, own) {
			f.out = append(f.out, e)
		} else {
			f.line(e)
		}
	}
	return f.out, f.open != nil && f.open.end != nil
}

func isOwn(line string, own map[string]bool) bool {
	name, _, ok := strings.Cut(line, ": ")
	return ok && own[name]
}

// ownNames are the names of modules and of what logs for all of them.
func ownNames(modules []string) map[string]bool {
	own := map[string]bool{"livepatch": true}
	for _, m := range modules {
		own[m] = true
	}
	return own
}

func (f *folder) line(e entry) {
	s, isSplat := splat.Match(e.text)
	switch {
	case cutHere.MatchString(e.text):
		f.begin(e, splat.Splat{}, endTrace)
	case isSplat && f.begins(s):
		f.begin(e, s, ends[s.Kind])
	case f.open != nil && (isSplat || f.open.has(e.text)):
		f.title(e, s)
		f.open.add(e.text, s)
		f.keep(e.text)
		f.name()
		if f.open.ended && f.open.kind == splat.Warning {
			f.open = nil // after an oops, registers are shown once more
		}
	case stackStart.MatchString(e.text):
		f.begin(e, splat.Splat{Kind: stackFold}, nil)
	default:
		f.open = nil
		f.out = append(f.out, e)
	}
}

// begins tells whether a splat's line begins one, or belongs to the open one:
// a WARN's second line, the Oops of a BUG, a stall that is told of at length.
// A splat of another kind is never taken for a part: a case that expects the
// open one would pass with both.
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

func (f *folder) begin(e entry, s splat.Splat, end *regexp.Regexp) {
	if n := len(f.out); n > 0 && s.Kind != "" && s.Kind != stackFold && banner.MatchString(f.out[n-1].text) {
		f.out = f.out[:n-1] // the line of === above a report
	}
	e.body = []string{e.text}
	f.open = &open{at: len(f.out), kind: s.Kind, where: functionName(s.Where), end: end}
	f.out = append(f.out, e)
	f.name()
}

// keep adds a line to the open fold's body.
func (f *folder) keep(line string) {
	if e := &f.out[f.open.at]; len(e.body) < maxBody {
		e.body = append(e.body, line)
	}
}

// title makes the line that names a splat the one that is shown of it.
func (f *folder) title(e entry, s splat.Splat) {
	if f.open.kind == "" && s.Kind != "" {
		f.out[f.open.at].text = e.text
	}
}

// name writes what is known of the open fold into its entry.
func (f *folder) name() {
	e, kind := &f.out[f.open.at], f.open.kind
	if kind == "" {
		kind = unknown
	}
	e.fold = strings.TrimSpace(foldMark + string(kind) + " " + f.open.where)
	e.splat = kind != stackFold
}

func (o *open) has(line string) bool {
	if stackHead.MatchString(line) && (o.ended || o.kind == stackFold) {
		return false
	}
	return o.end != nil || dumpLine.MatchString(line) || endTrace.MatchString(line)
}

func (o *open) add(line string, s splat.Splat) {
	if o.kind == "" && s.Kind != "" {
		o.kind = s.Kind
	}
	if m := ripLine.FindStringSubmatch(line); m != nil && o.where == "" && o.kind != stackFold {
		o.where = functionName(m[1])
	}
	if s.Where != "" && o.where == "" {
		o.where = functionName(s.Where)
	}
	if o.end != nil && o.end.MatchString(line) {
		o.end, o.ended = nil, o.kind != splat.Lockdep // whose end is the stack's begin
	}
	o.ended = o.ended || endTrace.MatchString(line)
}

// checkFold refuses a fold that no log comes to.
func checkFold(line string) error {
	kind, _, _ := strings.Cut(line[len(foldMark):], " ")
	if slices.Contains(folds, splat.Kind(kind)) {
		return nil
	}
	var known []string
	for _, k := range folds {
		known = append(known, string(k))
	}
	return fmt.Errorf("%q is no fold%s; the folds are %s (a log line that begins so is written \\* …)", line, didYouMean(kind, known), strings.Join(known, ", "))
}
