// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/shellword"
)

const (
	mostLines    = 20  // in a recap
	headlineCols = 100 // for a reason in the recap
)

// A test from standard input has this file and this word.
const inputFile, standardInput = "stdin", "-"

// recap is the list at the end of a run: the tests that failed or were not run. A
// test that failed several times is listed once.
type recap struct {
	tests  []string        // the words that name them; nil: unknown
	named  map[string]bool // the same as a set
	shared map[string]bool // names that several tests have
	seen   map[string]bool // words of tests with a result; true: failed
	failed []failure
	passed []failure // tests that were expected to fail
}

// failure is a test with the verdict FAIL, ERROR or XPASS.
type failure struct {
	word    string // names it on the command line
	verdict judge.Verdict
	why     string
}

func newRecap(tests []string) *recap {
	r := &recap{tests: tests, named: map[string]bool{}, shared: map[string]bool{}, seen: map[string]bool{}}
	has := map[string]string{}
	for _, word := range tests {
		r.named[word] = true
		name := strings.TrimSuffix(path.Base(word), ".txtar")
		first, again := has[name]
		has[name], r.shared[name] = word, r.shared[name] || again && first != word
	}
	return r
}

// name returns a test's name, or the word that names it if the name is not unique.
func (r *recap) name(res judge.Result) string {
	if r.shared[res.Name] {
		return r.word(res)
	}
	return res.Name
}

// word names the test of a result on the command line.
func (r *recap) word(res judge.Result) string {
	switch {
	case res.File == inputFile && r.named[standardInput]:
		return standardInput
	case r.named[res.File]:
		return res.File
	}
	return res.Name
}

func (r *recap) add(res judge.Result) {
	word := r.word(res)
	v := known(res.Verdict)
	if bad(v) && !r.seen[word] {
		first, _ := headline(res)
		r.failed = append(r.failed, failure{word, v, first})
	}
	if _, again := r.seen[word]; v == judge.XPass && !again {
		r.passed = append(r.passed, failure{word, v, "expected to fail: " + res.Expected})
	}
	r.seen[word] = r.seen[word] || bad(v)
}

// missed returns the words of the tests without a result.
func (r *recap) missed() (words []string) {
	for _, word := range r.tests {
		if _, ok := r.seen[word]; !ok {
			words = append(words, word)
		}
	}
	return words
}

// Bad returns the words of the tests that failed or were not run: those to run again.
func (d Document) Bad() (words []string) {
	r := newRecap(d.Tests)
	for _, o := range d.Outcomes {
		r.add(o.Result)
	}
	for _, f := range r.failed {
		words = append(words, f.word)
	}
	return append(words, r.missed()...)
}

// NotRun returns the words of the tests that were not run.
func (d Document) NotRun() []string {
	r := newRecap(d.Tests)
	for _, o := range d.Outcomes {
		r.add(o.Result)
	}
	return r.missed()
}

// repeat lays out the recap of a run of several tests; empty if it would list nothing,
// or nothing was run. kept is the directory with more details; it may be empty.
func (h *Human) repeat(r *recap, kept string) string {
	missed := r.missed()
	if len(r.failed)+len(r.passed)+len(missed) == 0 || len(r.seen)+len(missed) < 2 || len(r.seen) == 0 {
		return ""
	}
	var lines, words []string
	width := widest(r.passed, r.failed)
	for _, f := range r.passed {
		lines = append(lines, h.repeated(f, width))
	}
	for _, f := range r.failed {
		lines, words = append(lines, h.repeated(f, width)), append(words, f.word)
	}
	for _, word := range missed {
		lines, words = append(lines, "not run "+printable.Line(word)), append(words, word)
	}
	if more := len(lines) - mostLines; more > 0 {
		lines = append(lines[:mostLines], fmt.Sprintf("… and %d more", more))
	}
	if r.tests != nil && words != nil {
		again := slices.Concat([]string{h.program(), cmp.Or(h.about.Command, "run")}, h.about.Flags, words)
		lines = append(lines, "again: "+printable.Line(shellword.Join(again)))
	}
	if kept != "" {
		lines = append(lines, "kept:  "+printable.Line(kept))
	}
	return "\n" + strings.Join(lines, "\n") + "\n"
}

// repeated is the line of a test in the recap, with its name padded.
func (h *Human) repeated(f failure, width int) string {
	verdict := fmt.Sprintf("%-7s", f.verdict)
	line := fmt.Sprintf("%s %-*s  %s", verdict, width, printable.Line(f.word), shorten(printable.Line(f.why)))
	folded := strings.TrimSuffix(h.fold(plain, line, strings.Repeat(" ", len(verdict)+1)), "\n")
	return h.paint(verdictColor(f.verdict), verdict) + strings.TrimPrefix(folded, verdict)
}

// widest is the width of the longest name, if it is not too long to line up.
func widest(lists ...[]failure) (width int) {
	for _, f := range slices.Concat(lists...) {
		width = max(width, len(printable.Line(f.word)))
	}
	return min(width, nameCols)
}

// look is the line with the command that opens a shell where a test
// failed; empty if unknown.
func (h *Human) look(res judge.Result) string {
	if command := h.recap.shell(h.program(), h.about, res); command != "" {
		return indent + "look: " + command + "\n"
	}
	return ""
}

// program is the command name that people type.
func (h *Human) program() string { return cmp.Or(h.o.Program, programName) }

// programName is the name of an installed klptest.
const programName = "klptest"

// shell is the command that opens a shell where a test failed; empty if unknown.
func (r *recap) shell(program string, p Provenance, res judge.Result) string {
	word := r.word(res)
	if r.tests == nil || res.Step == 0 || word == standardInput { // a shell itself needs standard input
		return ""
	}
	words := slices.Concat([]string{program, "shell"}, p.ShellFlags, []string{fmt.Sprintf("%s@%d", word, res.Step)})
	return printable.Line(shellword.Join(words))
}

// run is the command that runs a test again; empty if unknown.
func (r *recap) run(p Provenance, res judge.Result) string {
	if r.tests == nil {
		return ""
	}
	return printable.Line(shellword.Join(slices.Concat([]string{programName, cmp.Or(p.Command, "run")}, p.Flags, []string{r.word(res)})))
}

// shorten cuts a reason to fit on a line.
func shorten(why string) string {
	if short := truncate(why, headlineCols); short != why {
		return short + "…"
	}
	return why
}
