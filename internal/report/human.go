// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/printable"
)

// HumanOptions describe the reader's terminal. The caller checks whether there is a
// terminal, and NO_COLOR.
type HumanOptions struct {
	Program string     // the name klptest was called by, for commands to type; empty: klptest
	Color   bool       // colour verdicts and diffs
	Live    bool       // keep a status line; only when nothing else writes to the terminal
	Slowest int        // how many of the slowest cases the end lists
	Verbose bool       // a line for each step, and the details of cases that passed
	Width   func() int // returns the current columns of the terminal; nil: no terminal
}

// NewHuman makes a reporter for people: a line for each case, the details of
// failures, a recap of the cases that failed or were not run, and a summary. Its
// methods may be called from several goroutines.
func NewHuman(w io.Writer, o HumanOptions) *Human {
	return &Human{w: w, o: o, stop: func() {}, recap: newRecap(nil)}
}

// Human reports for people; see NewHuman.
type Human struct {
	o      HumanOptions
	silent bool   // only the status line is shown
	stop   func() // ends the redrawing

	mu     sync.Mutex // guards what follows
	w      io.Writer
	about  Provenance
	tally  tally
	brief  []Outcome // the results without their large fields
	recap  *recap
	status status
	drawn  bool // the status line is on the screen
}

func (h *Human) Begin(p Provenance) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.about, h.recap = p, newRecap(p.Tests)
	h.status.begin(p, time.Now())
	if h.o.Live {
		h.stop = Every(time.Second, h.tick)
	}
	return nil
}

func (h *Human) Start(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.status.start(printable.Line(name), time.Now())
	h.draw()
}

func (h *Human) Step(name, step string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	name, step = printable.Line(name), printable.Line(step)
	if name == h.status.name {
		h.status.step = step
	}
	if h.o.Verbose {
		// A failure to write shows again, and is returned, in Case.
		_ = h.print(fmt.Sprintf("%s%s: %s\n", indent, name, step))
	}
	h.draw()
}

func (h *Human) Case(o Outcome) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := o.Result
	h.tally.add(r)
	h.recap.add(r)
	h.brief = append(h.brief, Outcome{Result: judge.Result{Name: r.Name, File: r.File, Verdict: r.Verdict, Duration: r.Duration, Confirmation: r.Confirmation}, Ran: o.Ran})
	h.status.end(printable.Line(r.Name), r, time.Now())
	if h.silent {
		return h.print("")
	}
	text := h.caseLine(r) + h.parts(r.Subtests)
	if wantsDetail(r) || h.o.Verbose && r.Verdict != judge.Skip {
		text += h.details(describe(r))
	}
	if r.Verdict == judge.Fail || r.Verdict == judge.Error {
		text += h.look(r)
	}
	return h.print(text)
}

// Notice prints a line that is not a result above the status line.
func (h *Human) Notice(line string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	// A failure to write shows again, and is returned, in Case.
	_ = h.print(h.fold(plain, printable.Line(line), indent))
	h.draw()
}

func (h *Human) End(e Ending) error {
	h.stop() // before the lock, which the last redraw may hold
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.silent {
		return h.print("")
	}
	flaky := FlakeLines([]Document{{Provenance: h.about, Outcomes: h.brief}})
	return h.print(h.repeat(h.recap, e.Kept) + flaky + slowestLines(h.brief, h.o.Slowest) + coverageLines(h.brief, e) + h.fold(plain, summary(h.about, h.tally, e), indent))
}

// indent is the space below a case's verdict.
const indent = "      "

// caseLine is the line of a case. It includes the reason for a skip and how often
// the case failed.
func (h *Human) caseLine(r judge.Result) string {
	verdict, width := fmt.Sprintf("%-5s", known(r.Verdict)), h.nameWidth(besideName)
	if r.Updated {
		verdict, width = "UPDATED", width-len("UPDATED")+len(verdict)
	}
	line := fmt.Sprintf("%s %-*s%7s", verdict, width, printable.Line(h.recap.name(r)), seconds(r.Duration))
	remark := r.Confirmation.String()
	switch r.Verdict {
	case judge.Skip:
		remark = skipReason(r)
	case judge.XFail, judge.XPass:
		remark = printable.Line(r.Expected)
	}
	if remark != "" {
		line += "  " + remark
	}
	return h.paint(verdictColor(r.Verdict), verdict) + strings.TrimPrefix(h.fold(plain, line, indent), verdict)
}

// besideName is the width of the text beside a case's name: the verdict, the time,
// and how often it failed.
const besideName = len("FAIL  ") + len("  12.3s") + len("  3 of 3")

func seconds(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }

// details lays out sections.
func (h *Human) details(sections []section) string {
	var b strings.Builder
	for _, s := range sections {
		switch s.kind {
		case howOften:
			continue // it is on the case's line
		case logTail:
			b.WriteString(indent + "log tail:\n")
		}
		for _, line := range s.lines {
			b.WriteString(h.detail(s.kind, line))
		}
	}
	return b.String()
}

// detail lays out a line of a section. Lines of the log tail begin with a bar, so
// that they cannot be taken for the command line to copy.
func (h *Human) detail(k kind, line string) string {
	const deeper = indent + "    "
	switch k {
	case diff:
		return h.fold(diffColor(line), indent+line, deeper)
	case logTail:
		return h.fold(plain, indent+"| "+line, indent+"|     ")
	case fullLog:
		return indent + string(k) + ": " + line + "\n"
	case otherReason, unjudged, discardedRun:
		line = string(k) + ": " + line
	}
	return h.fold(plain, indent+line, deeper)
}

// summary is the last line. If there was no kernel, it says why.
func summary(p Provenance, t tally, e Ending) string {
	line := fmt.Sprintf("%s in %.0f s on %s", counts(t, e.Total), e.Took.Seconds(), p.On())
	if p.Release == "" && e.Error != "" {
		line += ": " + printable.Line(e.Error)
	}
	return line
}

// counts tells how many tests had each verdict, and how many had none.
func counts(t tally, total int) string {
	s := fmt.Sprintf("%d passed, %d failed, %s, %d skipped", t.Passed, t.Failed, printable.Count(t.Errors, "error", "errors"), t.Skipped)
	if t.XFailed > 0 {
		s += fmt.Sprintf(", %d failed as expected", t.XFailed)
	}
	if t.XPassed > 0 {
		s += fmt.Sprintf(", %d passed unexpectedly", t.XPassed)
	}
	if missing := total - t.sum(); missing > 0 {
		s += fmt.Sprintf(", %d not run", missing)
	}
	return s
}

// Counts tells how many tests of a run had each verdict, and why others have none.
func Counts(d Document) string {
	text := counts(count(d.Results()), d.Total)
	if d.Error != "" {
		text += ": " + printable.Line(d.Error)
	}
	return text
}

// Total is the last line of several runs.
func Total(docs []Document) string {
	var results []judge.Result
	var took time.Duration
	total := 0
	kernels := map[[2]string]bool{}
	for _, d := range docs {
		kernels[d.tested()] = true
		results, took, total = append(results, d.Results()...), took+d.Took, total+d.Total
	}
	where := printable.Count(len(kernels), "kernel", "kernels")
	if len(docs) > len(kernels) {
		where += fmt.Sprintf(", in %d runs", len(docs))
	}
	return fmt.Sprintf("%s in %.0f s on %s\n", counts(count(results), total), took.Seconds(), where)
}

// tested tells one kernel from another. Kernels that klptest built for the purpose, such as
// those of a series, were not requested by a name: their labels differ. The label of a
// requested kernel is about something else, such as the options of a matrix.
func (p Provenance) tested() [2]string {
	if p.Spec == "" {
		return [2]string{p.Kernel, p.Label}
	}
	return [2]string{p.Spec, p.Kernel}
}

// print writes whole lines in place of the status line.
func (h *Human) print(text string) error {
	if h.drawn {
		text = clearLine + text
		h.drawn = false
	}
	if text == "" {
		return nil
	}
	_, err := io.WriteString(h.w, text)
	return err
}
