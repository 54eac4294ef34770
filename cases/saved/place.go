// SPDX-License-Identifier: Apache-2.0

package saved

import (
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/paste"
)

// typed is a command of a text.
type typed struct {
	at    int    // its index among the lines
	doing string // see paste.Doing
}

// commandsIn returns the commands of a text that matter: those of the case, klptest's
// markers, and all others that change something.
func commandsIn(lines []paste.LogLine, steps []casefile.Step) (list []typed) {
	known := map[string]bool{}
	for _, s := range steps {
		known[paste.Doing(s.Command.Text)] = true
	}
	for i, l := range lines {
		if l.Part != paste.Command {
			continue
		}
		doing := paste.Doing(l.Text)
		if l.Logged || known[doing] || paste.Changes(l.Text) {
			list = append(list, typed{i, doing})
		}
	}
	return list
}

// story is the place of a case's commands in a text.
type story struct {
	from int     // the index of the first command in all
	n    int     // how many of the case's commands follow from there, in order
	all  []typed // commands of the text
}

// find looks for the case's commands, in order. If they occur several times, the last
// complete sequence counts.
func find(all []typed, steps []casefile.Step) story {
	best := story{all: all}
	doing := make([]string, len(steps))
	for i, s := range steps {
		doing[i] = paste.Doing(s.Command.Text)
	}
	for from := range all {
		n := 0
		for n < len(doing) && from+n < len(all) && all[from+n].doing == doing[n] {
			n++
		}
		if n > 0 && n >= best.n {
			best.from, best.n = from, n
		}
	}
	return best
}

// span returns the lines of the command with that number: from its own up to the next.
func (s story) span(n int, lines []paste.LogLine) []paste.LogLine {
	from, to := s.all[s.from+n].at, len(lines)
	if next := s.from + n + 1; next < len(s.all) {
		to = s.all[next].at
	}
	return lines[from:to]
}

// next returns the command that the text has where the case has another one; nil if the
// text ends, or klptest's marker ends the case.
func (s story) next(lines []paste.LogLine) *paste.LogLine {
	if i := s.from + s.n; i < len(s.all) && s.n > 0 {
		if l := &lines[s.all[i].at]; !l.Logged || paste.Changes(l.Text) {
			return l
		}
	}
	return nil
}

// answers returns what the text has below each command.
func (s story) answers(lines []paste.LogLine) []answer {
	list := make([]answer, s.n)
	for n := range list {
		list[n] = answerIn(s.span(n, lines))
	}
	return list
}

func answerIn(lines []paste.LogLine) (a answer) {
	for _, l := range lines {
		switch l.Part {
		case paste.Record:
			a.records = append(a.records, l.Text)
		case paste.Printed:
			a.output = append(a.output, l.Text)
		case paste.Failed:
			a.errno = l.Text
		}
	}
	return a
}

// scattered reports whether the records are not below the commands that caused them:
// there are no commands, or a command such as dmesg showed the log.
func (s story) scattered(lines []paste.LogLine) bool {
	return s.n == 0 || slices.ContainsFunc(lines[s.all[s.from].at:], func(l paste.LogLine) bool {
		return l.Part == paste.Record && l.Shown
	})
}

// logged returns how many of the case's commands come before the last record that the
// text shows: the log goes at least up to them.
func (s story) logged(lines []paste.LogLine) (n int) {
	for i, l := range lines {
		if l.Part == paste.Record && l.Shown {
			for n < s.n && s.all[s.from+n].at < i {
				n++
			}
		}
	}
	return n
}

// marked reports whether the commands are markers that klptest has logged.
func (s story) marked(lines []paste.LogLine) bool { return s.n > 0 && lines[s.all[s.from].at].Logged }

// shows reports whether a command prints output that a session would show.
func shows(c machine.Command) bool { return c.Verb == machine.Cat || c.Verb == machine.Sh }
