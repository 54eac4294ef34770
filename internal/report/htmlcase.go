// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"html/template"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/timeline"
)

// article explains a result.
type article struct {
	ID, Name, Title string
	Verdict         judge.Verdict
	On              []string // the runs
	Took            string
	HowOften        string
	Headline        string
	Sections        []section // everything else about the result
	Diff            []diffLine
	Drawing         template.HTML
	Words           []string // the drawing in words
	Log             []logPart
	Tail            []string
	Commands        []fact // that repeat the test
	QEMU, Case      string
	Folder          string
	Omitted         bool // no room for the evidence
	First           bool // shown when the page is opened
}

type diffLine struct {
	Class, Text string
	Wrong       string // place in the case, for the first wrong line; else empty
}

// Limits of the evidence, in bytes: a page must open at once. Of a thousand
// failures a reader looks at some, and at even fewer passes.
const (
	failedRoom = 8 << 20
	passedRoom = 2 << 20
)

// articles makes the articles of a page.
type articles struct {
	list   []article
	on     string                    // the current run
	left   map[bool]int              // the room left, by whether the test passed
	cases  map[string]*casefile.Case // by text
	passed map[string]int            // index of the article for tests that passed in the same way
}

func newArticles() *articles {
	return &articles{left: map[bool]int{true: passedRoom, false: failedRoom}, cases: map[string]*casefile.Case{}, passed: map[string]int{}}
}

// cell makes the cell of a test's outcomes on a run, and the article that explains
// it. words are the words by which a search finds it.
func (w *articles) cell(d Document, group []Outcome) (c cell, words string, err error) {
	var shown Outcome
	times := 0
	for _, v := range worst {
		for _, o := range group {
			if known(o.Verdict) != v {
				continue
			}
			if times++; times == 1 {
				shown = o
			}
		}
		if times > 0 {
			break
		}
	}
	c.Verdict = known(shown.Verdict)
	if len(group) > 1 {
		c.Times = fmt.Sprintf("%d/%d", times, len(group))
	}
	c.Article, err = w.add(d, shown)
	if c.Verdict != judge.Pass {
		words, _ = headline(shown.Result)
		words = shorten(printable.Line(words))
	}
	return c, words, err
}

// add makes the article of an outcome. An outcome that passed without an
// observation has none.
func (w *articles) add(d Document, o Outcome) (id string, err error) {
	passed := known(o.Verdict) == judge.Pass && len(o.Discarded) == 0
	f := w.find(o)
	if passed && f.Observed == "" {
		return "", nil
	}
	key := o.Name + "\x00" + f.Observed
	if i, known := w.passed[key]; known && passed {
		w.list[i].On = append(w.list[i].On, w.on)
		return w.list[i].ID, nil
	}
	if passed && w.left[passed] < 0 {
		return "", nil
	}
	a := article{ID: fmt.Sprintf("r%d", len(w.list)+1), Name: printable.Line(o.Name), Title: printable.Line(o.Title), Verdict: known(o.Verdict), On: []string{w.on}}
	a.tell(d, o)
	if a.Omitted = w.left[passed] < 0; !a.Omitted {
		if err := a.show(o, f); err != nil {
			return "", err
		}
		w.left[passed] -= len(a.Drawing) + len(o.Diff) + len(a.Case) + logSize(a.Log)
	}
	if passed {
		w.passed[key] = len(w.list)
	}
	w.list = append(w.list, a)
	return a.ID, nil
}

// finish returns the articles, and marks the first of the worst ones as the one to show.
func (w *articles) finish() []article {
	for _, v := range worst {
		if i := slices.IndexFunc(w.list, func(a article) bool { return a.Verdict == v }); i >= 0 {
			w.list[i].First = true
			break
		}
	}
	return w.list
}

// tell adds the description of a result, and how to repeat it.
func (a *article) tell(d Document, o Outcome) {
	a.Took = seconds(o.Duration)
	for i, s := range describe(o.Result) {
		switch {
		case i == 0 && s.kind == reason:
			a.Headline = strings.Join(s.lines, " ")
		case s.kind == howOften:
			a.HowOften = strings.Join(s.lines, " ")
		case s.kind == diff, s.kind == logTail:
		case len(a.Sections) > 0 && a.Sections[len(a.Sections)-1].kind == s.kind:
			last := &a.Sections[len(a.Sections)-1]
			last.lines = slices.Concat(last.lines, s.lines)
		default:
			a.Sections = append(a.Sections, s)
		}
	}
	if o.Expected != "" {
		a.Sections = append(a.Sections, section{"expected to fail", []string{printable.Line(o.Expected)}})
	}
	if a.Headline == "" && a.Verdict == judge.XPass {
		a.Headline = "It was expected to fail."
	}
	if r := newRecap(d.Tests); bad(a.Verdict) || a.Verdict == judge.XFail {
		for _, c := range []fact{{"run it again", r.run(d.Provenance, o.Result)}, {"open a shell there", r.shell(programName, d.Provenance, o.Result)}} {
			if c.Text != "" {
				a.Commands = append(a.Commands, c)
			}
		}
	}
	if fs.ValidPath(o.Folder) && printable.Line(o.Folder) == o.Folder {
		a.Folder = o.Folder
	}
}

// show adds the evidence.
func (a *article) show(o Outcome, f finding) error {
	a.Diff, a.Tail = diffLines(o.Diff), printable.Lines(o.Tail)
	if f.Observed != "" {
		t := timeline.New(f.run())
		drawing, err := t.Inline(a.ID + "-timeline")
		if err != nil {
			return err
		}
		a.Drawing, a.Words = drawing, t.List()
	}
	if a.Verdict != judge.Pass {
		a.Log = logParts(o.Observation, f.c)
		a.QEMU, a.Case = printable.Text(o.QEMU), printable.Text(o.Case)
	}
	return nil
}

// finding is the judgement of an observation. Without a case or an observation it is empty.
type finding struct {
	judge.Finding
	c     *casefile.Case
	times []time.Duration
}

// find judges an observation again. If the test passed, the observation was as expected.
func (w *articles) find(o Outcome) finding {
	if o.Case == "" || len(o.Observation.Answers) == 0 {
		return finding{}
	}
	c := w.parsed(o)
	switch {
	case c == nil:
		return finding{}
	case known(o.Verdict) == judge.Pass:
		return finding{Finding: judge.Finding{Observed: judge.Expected(c, o.Observation.Facts)}, c: c}
	}
	return finding{judge.Judge(c, o.Observation), c, times(o.Observation.Answers)}
}

// parsed returns the case of an outcome; nil if this klptest cannot parse it.
func (w *articles) parsed(o Outcome) *casefile.Case {
	c, known := w.cases[o.Case]
	if !known {
		c, _ = casefile.Parse(o.File, []byte(o.Case)) // nil after an error
		w.cases[o.Case] = c
	}
	return c
}

func (f finding) run() timeline.Run {
	r := timeline.Run{Transcript: f.Observed, Times: f.times, Blocked: f.Blocked}
	if f.Diff != "" {
		r.Wrong = &timeline.Wrong{Line: f.Agreed, Expected: f.Wanted}
	}
	return r
}

// times returns when each command began, relative to the first one; nil if any is unknown.
func times(answers []machine.Answer) (list []time.Duration) {
	var first uint64
	for i, a := range answers {
		at := slices.IndexFunc(a.Records, func(r machine.Record) bool { return strings.HasPrefix(r.Text, machine.MarkerPrefix) })
		if at < 0 || a.Records[at].Usec < first {
			return nil
		}
		if i == 0 {
			first = a.Records[at].Usec
		}
		list = append(list, time.Duration(a.Records[at].Usec-first)*time.Microsecond)
	}
	return list
}
