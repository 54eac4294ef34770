// SPDX-License-Identifier: Apache-2.0

package saved

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/paste"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/printable"
)

// Judgement is a result, and what was not judged.
type Judgement struct {
	judge.Result
	Release  string   // of the kernel; empty: not known
	Unjudged []string // what a run would have judged as well
}

// Judge judges a case by a text. Unknown facts may be missing; a missing release is
// taken from the text. An error is the user's: the text is not about the case.
func Judge(ctx context.Context, c *casefile.Case, data []byte, f machine.Facts) (Judgement, error) {
	log, err := paste.ReadLog(data, c.Modules())
	if err != nil {
		return Judgement{}, err
	}
	lines := log.Lines
	f.Release = cmp.Or(f.Release, releaseIn(lines))
	f.Emulated = true // a fault that no kernel can cause proves nothing on any machine
	t, err := prepare(c, f)
	if err != nil {
		return Judgement{}, err
	}
	if why := t.c.Skip(f); why != "" {
		return t.run(ctx, nil, 0), nil
	}
	t.resolve(lines)
	answers, err := t.answers(lines)
	if err != nil {
		return Judgement{}, err
	}
	total := len(t.c.Steps)
	t.c.Steps = t.c.Steps[:len(answers)]
	t.settle(answers)
	if len(answers) < total {
		t.cut(answers)
	}
	return unread(t.run(ctx, answers, total), log), nil
}

// unread says which lines were left out or could not be read. With a splat among the
// latter, nothing passes.
func unread(j Judgement, log paste.Log) Judgement {
	if log.Boots > 1 {
		j.Unjudged = append(j.Unjudged, fmt.Sprintf("all boots but the last of %d", log.Boots))
	}
	if n := len(log.Unread); n > 0 {
		j.Unjudged = append(j.Unjudged, fmt.Sprintf("%s whose stamp has an unknown form, the first of which is line %d", printable.Count(n, "line", "lines"), log.Unread[0]))
	}
	if len(log.Splats) == 0 {
		return j
	}
	splat := fmt.Sprintf("line %d has a splat behind a prefix of unknown form", log.Splats[0])
	if j.Verdict == judge.Pass {
		j.Verdict, j.Reasons = judge.Error, []string{splat + ": remove the prefix from all lines"}
	} else {
		j.Unjudged = append(j.Unjudged, splat)
	}
	return j
}

// answers returns what the text has for each command, up to where it ends.
func (t *task) answers(lines []paste.LogLine) ([]answer, error) {
	s := find(commandsIn(lines, t.c.Steps), t.c.Steps)
	if next := s.next(lines); next != nil && s.n < len(t.c.Steps) {
		return nil, blame.AdviseUserf("keep in the text what was done for this case", "line %d: %s, where the case has %s", next.Number, next.Text, t.c.Steps[s.n].Command.Text)
	}
	if s.n == 0 && len(s.all) > 0 && lines[s.all[0].at].Logged {
		return nil, blame.AdviseUserf("its first command is: "+t.c.Steps[0].Command.Text, "the log is of another case: none of its commands is the first of %s", t.c.File)
	}
	if s.scattered(lines) {
		return t.aligned(s, lines)
	}
	if !s.marked(lines) && !slices.ContainsFunc(lines, isRecord) && len(expectedLog(t.c.Steps[:s.n])) > 0 {
		return nil, needsLog("the text has no line of the kernel's log")
	}
	list := s.answers(lines)
	if !s.marked(lines) {
		t.onlyOurs(list)
	}
	return list, nil
}

func isRecord(l paste.LogLine) bool { return l.Part == paste.Record }

func needsLog(why string) error {
	return blame.AdviseUserf("give the kernel's log of a run of this case: dmesg, a console, or a session with the log", "%s", why)
}

// aligned returns the answers when the log is apart from the commands, if any.
func (t *task) aligned(s story, lines []paste.LogLine) ([]answer, error) {
	var records []string
	for _, l := range lines {
		if isRecord(l) && (s.n == 0 || l.Shown) {
			records = append(records, l.Text)
		}
	}
	want := expectedLog(t.c.Steps)
	mine, others := concerning(t.fromFirstOwn(entriesOf(records, t.c.Modules())), want)
	if len(mine) == 0 {
		return nil, needsLog("the text has no line of livepatch or of the case's modules")
	}
	t.others(others)
	answers := align(mine, want, len(t.c.Steps))
	if n := t.agreed(mine, want); n < len(want) {
		answers = align(mine, want[:n], max(s.logged(lines), want[max(n, 1)-1].step+1))
	}
	for n, a := range s.answers(lines)[:min(s.n, len(answers))] {
		answers[n].output, answers[n].errno = a.output, a.errno
	}
	return answers, nil
}

// agreed returns how many of the expected lines a log has that agrees with them up to its
// end; all if it differs.
func (t *task) agreed(log []entry, want []line) int {
	n := 0
	for _, e := range log {
		switch {
		case n < len(want) && e.text == want[n].text:
			n++
		case !t.mayHave(e.text):
			return len(want)
		}
	}
	return n
}

// mayHave reports whether a line is one that depends on an open condition.
func (t *task) mayHave(text string) bool {
	for _, list := range t.open {
		if slices.ContainsFunc(list, func(e casefile.Expected) bool { return e.Kind == casefile.Log && e.Text == text }) {
			return true
		}
	}
	return false
}

// fromFirstOwn returns a log from the first line of livepatch or of the case's modules
// on: what came before, even a splat, does not belong to the case.
func (t *task) fromFirstOwn(list []entry) []entry {
	splats := 0
	for i, e := range list {
		if e.own {
			t.before(splats)
			return list[i:]
		}
		if e.fold {
			splats++
		}
	}
	return nil
}

func (t *task) before(splats int) {
	if splats > 0 {
		t.unjudged = append(t.unjudged, printable.Count(splats, "splat", "splats")+" before the first line of the case")
	}
}

// onlyOurs drops what other parts of the kernel logged.
func (t *task) onlyOurs(answers []answer) {
	want, n := expectedLog(t.c.Steps), 0
	for i := range answers {
		mine, others := concerning(entriesOf(answers[i].records, t.c.Modules()), want)
		answers[i].records = nil
		for _, e := range mine {
			answers[i].records = append(answers[i].records, e.raw...)
		}
		n += others
	}
	t.others(n)
}

func (t *task) others(n int) {
	if n > 0 {
		t.unjudged = append(t.unjudged, printable.Count(n, "line", "lines")+" of other parts of the kernel")
	}
}

// cut prepares for a text that ends early: its last command may not have ended, and
// nothing was cleaned up.
func (t *task) cut(answers []answer) {
	last := len(answers) - 1
	seen := len(entriesOf(answers[last].records, t.c.Modules()))
	s := &t.c.Steps[last]
	s.Expect = slices.DeleteFunc(slices.Clone(s.Expect), func(e casefile.Expected) bool {
		if e.Kind != casefile.Log {
			return false
		}
		seen--
		return seen < 0
	})
	t.c.Leaves = t.c.Modules()
}

// run replays the answers. total is the number of commands that the case has.
func (t *task) run(ctx context.Context, answers []answer, total int) Judgement {
	r := &replay{facts: t.facts, end: machine.EndState{Modules: t.c.Leaves}}
	for i, a := range answers {
		r.answers = append(r.answers, a.of(t.c.Steps[i]))
	}
	res := judge.Run(ctx, r, t.c)
	if early := fmt.Sprintf("the log ends at command %d of %d", len(answers), total); len(answers) < total {
		if res.Verdict == judge.Pass {
			res.Verdict, res.Reasons = judge.Error, []string{early + ", and agrees with the case up to there"}
		} else {
			t.unjudged = append(t.unjudged, "what followed: "+early)
		}
	}
	if res.Verdict != judge.Skip {
		t.unjudged = append(t.unjudged, "what is left behind: modules, livepatches, functions, taints, memory")
	}
	return Judgement{Result: res, Release: t.facts.Release, Unjudged: t.unjudged}
}
