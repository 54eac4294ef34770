// SPDX-License-Identifier: Apache-2.0

package saved

import (
	"fmt"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/paste"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
)

// task is a case reduced to what a text can tell.
type task struct {
	c        *casefile.Case
	facts    machine.Facts
	open     map[int][]casefile.Expected // by the line of a command: its lines with an unanswered condition
	unjudged []string
}

const knowMore = "--release VERSION and --config FILE tell more of the kernel"

// prepare drops unanswered conditions. Those of a command cannot be dropped: all that
// follows depends on it.
func prepare(c *casefile.Case, f machine.Facts) (*task, error) {
	t := &task{facts: f, open: map[int][]casefile.Expected{}}
	with := *c
	open := casefile.Unanswered(c.Needs, f)
	for _, n := range open {
		t.unjudged = append(t.unjudged, "whether the case can run: it needs "+n.String())
	}
	with.Needs = slices.DeleteFunc(slices.Clone(c.Needs), func(n casefile.Condition) bool { return slices.Contains(open, n) })
	with.Steps = nil
	for _, s := range c.Steps {
		if len(casefile.Unanswered(s.When, f)) > 0 {
			return nil, blame.AdviseUserf(knowMore, "%s:%d: whether this command ran depends on %s, which the log does not tell", c.File, s.Line, s.When[0])
		}
		with.Steps = append(with.Steps, t.answered(s))
	}
	t.c = &with
	return t, nil
}

// answered returns the step without lines that depend on unanswered conditions.
func (t *task) answered(s casefile.Step) casefile.Step {
	expect := s.Expect
	s.Expect = nil
	for _, e := range expect {
		if why := casefile.Unanswered(e.When, t.facts); len(why) > 0 {
			t.open[s.Line] = append(t.open[s.Line], e)
			t.unjudged = append(t.unjudged, fmt.Sprintf("line %d, which depends on %s", e.Line, why[0]))
		} else {
			s.Expect = append(s.Expect, e)
		}
	}
	return s
}

// resolve keeps the commands and lines that the kernel should have. A log without any
// of livepatch's debug lines is from a kernel that was not told to log them.
func (t *task) resolve(lines []paste.LogLine) {
	logged := map[string]bool{}
	for _, l := range lines {
		logged[l.Text] = true
	}
	quiet := t.facts
	quiet.NoDebug = true
	debug, without := expectedLog(t.c.Resolve(t.facts)), expectedLog(t.c.Resolve(quiet))
	if len(without) < len(debug) && !slices.ContainsFunc(debug, func(l line) bool { return logged[l.text] && !slices.Contains(without, l) }) {
		t.facts = quiet
		t.unjudged = append(t.unjudged, "livepatch's debug lines, of which the log has none")
	}
	t.c.Steps = t.c.Resolve(t.facts)
}

// settle drops what depends on open conditions from the answers, and what the text does
// not show from the case.
func (t *task) settle(answers []answer) {
	outputs, errnos := 0, 0
	for i := range answers {
		a, s := &answers[i], &t.c.Steps[i]
		t.close(a, s.Line)
		if !shows(s.Command) && !expects(*s, casefile.Output) {
			a.output = nil // of a shell or a tool
		}
		if len(a.output) == 0 && drop(s, casefile.Output) {
			outputs++
		}
		if a.errno == "" && drop(s, casefile.Errno) {
			errnos++
		}
	}
	if outputs > 0 {
		t.unjudged = append(t.unjudged, "the output of "+printable.Count(outputs, "command", "commands"))
	}
	if errnos > 0 {
		t.unjudged = append(t.unjudged, "the errno of "+printable.Count(errnos, "command", "commands"))
	}
}

// close drops what may answer a line whose condition is open.
func (t *task) close(a *answer, step int) {
	for _, e := range t.open[step] {
		switch e.Kind {
		case casefile.Output:
			a.output = nil
		case casefile.Errno:
			a.errno = ""
		case casefile.Log:
			a.records = withoutFirst(a.records, t.c.Modules(), e.Text)
		}
	}
}

// withoutFirst drops the records of the first entry with that text.
func withoutFirst(records, modules []string, text string) (left []string) {
	found := false
	for _, e := range entriesOf(records, modules) {
		if e.text == text && !found {
			found = true
			continue
		}
		left = append(left, e.raw...)
	}
	return left
}

func expects(s casefile.Step, k casefile.Kind) bool {
	return slices.ContainsFunc(s.Expect, func(e casefile.Expected) bool { return e.Kind == k })
}

// drop removes the lines of a kind, and reports whether there were any.
func drop(s *casefile.Step, k casefile.Kind) bool {
	if !expects(*s, k) {
		return false
	}
	s.Expect = slices.DeleteFunc(slices.Clone(s.Expect), func(e casefile.Expected) bool { return e.Kind == k })
	return true
}

// releaseIn returns the release that a boot log names; empty if none does.
func releaseIn(lines []paste.LogLine) string {
	for _, l := range lines {
		if rest, ok := strings.CutPrefix(l.Text, "Linux version "); ok && l.Part == paste.Record {
			release, _, _ := strings.Cut(rest, " ")
			return release
		}
	}
	return ""
}
