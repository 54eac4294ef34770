// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/nearest"
)

// maxMarker bounds a marker, with its newline, so that it can be written to
// /dev/kmsg in one piece.
const maxMarker = 900

// Check finds text that parses but must be a mistake or cannot pass. shipped
// are the names of the modules that klptest ships.
func Check(c *Case, shipped []string) []Problem {
	l := &lint{problems: problems{file: c.File}, c: c, shipped: shipped, held: map[string]int{}, loaded: map[string]bool{}}
	l.modules()
	l.holders()
	for _, s := range c.Steps {
		l.marker(s)
		l.holder(s)
		l.unending(s)
		l.expected(s)
	}
	l.unreleased()
	slices.SortStableFunc(l.list, func(a, b Problem) int { return a.Line - b.Line })
	return l.list
}

// holderModule has the tasks that hold transitions.
const holderModule = "klp_target"

type lint struct {
	problems
	c       *Case
	shipped []string
	held    map[string]int  // the line that started each holder
	loaded  map[string]bool // the case's own modules
}

// modules checks loaded modules against existing ones.
func (l *lint) modules() {
	loaded := l.c.Modules()
	if len(loaded) == 0 {
		l.add(l.firstLine(), "no insmod: the case tests no livepatch")
	}
	for _, s := range l.c.Sources {
		name, isModule := strings.CutSuffix(s.Name, ".c")
		switch {
		case isModule && slices.Contains(l.shipped, name):
			l.add(s.Line-1, "klptest ships a module %s: give this one another name", name)
		case isModule && !slices.Contains(loaded, name):
			l.add(s.Line-1, "no command loads %s", name)
		}
	}
	for _, s := range l.c.Steps {
		for _, name := range s.Command.Modules() {
			l.module(s.Line, name)
		}
	}
	for _, name := range l.c.Leaves {
		if !slices.Contains(loaded, name) {
			l.add(1, "Leaves: no command loads %s", name)
		}
	}
}

func (l *lint) module(line int, name string) {
	known := slices.Clone(l.shipped)
	for _, s := range l.c.Sources {
		if own, ok := strings.CutSuffix(s.Name, ".c"); ok {
			known = append(known, own)
		}
	}
	if !slices.Contains(known, name) {
		l.add(line, "no module %s%s: it is not shipped, and the file has no section -- %s.c --", name, nearest.DidYouMean(name, known), name)
	}
}

func (l *lint) firstLine() int {
	if len(l.c.Steps) == 0 {
		return 1
	}
	return l.c.Steps[0].Line
}

func (l *lint) marker(s Step) {
	if n := len(s.Command.Marker()) + 1; n > maxMarker {
		l.add(s.Line, "the command has %d bytes; the log takes %d at once", n, maxMarker)
	}
}

// holder tracks the holders of transitions. A transition that nothing holds may
// or may not be over when the next command runs.
func (l *lint) holder(s Step) {
	cmd := s.Command
	switch {
	case cmd.Verb == machine.Hold && l.held[cmd.Args[0]] > 0:
		l.add(s.Line, "%s is held already", cmd.Args[0])
	case cmd.Verb == machine.Hold:
		l.held[cmd.Args[0]] = s.Line
	case cmd.Verb == machine.Release && l.held[cmd.Args[0]] == 0:
		l.add(s.Line, "%s is not held", cmd.Args[0])
	case cmd.Verb == machine.Release:
		delete(l.held, cmd.Args[0])
	}
	if (cmd.Verb == machine.Rmmod || cmd.Verb == machine.Insmod) && cmd.Args[0] == holderModule {
		clear(l.held) // its tasks end with it
	}
	if cmd.Background && cmd.Verb != machine.Sh && len(l.held) == 0 && !l.ownHolder(cmd) {
		l.add(s.Line, "& without a holder: the transition may be over at once or take a second; hold old or hold new first")
	}
}

// ownHolder reports whether one of the case's own modules may hold the
// transition: one that the header Holds names or, without the header, any other
// that is loaded.
func (l *lint) ownHolder(cmd machine.Command) bool {
	if len(l.c.Holds) > 0 {
		return slices.ContainsFunc(l.c.Holds, func(name string) bool { return l.loaded[name] })
	}
	for name := range l.loaded {
		if name != cmd.Args[0] {
			return true
		}
	}
	return false
}

// unending tracks the case's own modules, and refuses a wait for a transition
// that one of them holds.
func (l *lint) unending(s Step) {
	cmd := s.Command
	switch {
	case cmd.Verb == machine.Rmmod:
		delete(l.loaded, cmd.Args[0])
	case cmd.Verb == machine.Insmod:
		source, own := l.source(cmd.Args[0])
		for _, name := range l.c.Holds {
			if l.loaded[name] && !cmd.Background && strings.Contains(source, `"`+name+`"`) {
				l.add(s.Line, "%s holds the transition (Holds), which therefore cannot end: end the command in &", name)
			}
		}
		if own {
			l.loaded[cmd.Args[0]] = true
		}
	}
}

// source returns the C source of one of the case's own modules.
func (l *lint) source(module string) (text string, own bool) {
	for _, s := range l.c.Sources {
		if s.Name == module+".c" {
			return string(s.Data), true
		}
	}
	return "", false
}

// holders checks the header Holds.
func (l *lint) holders() {
	for _, name := range l.c.Holds {
		if !slices.Contains(l.c.Modules(), name) {
			l.add(1, "Holds: no command loads %s", name)
		}
	}
}

func (l *lint) unreleased() {
	if slices.Contains(l.c.Leaves, holderModule) {
		return
	}
	for what, line := range l.held {
		l.add(line, "nothing releases %s", what)
	}
}

// expected finds lines that nothing can match: log lines that are always
// dropped, and failures of the wrong kind for the command.
func (l *lint) expected(s Step) {
	for _, e := range s.Expect {
		isStatus := !strings.HasPrefix(e.Text, "! E") && !strings.HasPrefix(e.Text, "! errno ")
		switch {
		case e.Kind == Log && klog.Ignored(strings.TrimPrefix(e.Text, `\`)):
			l.add(e.Line, "this line is dropped from each log: remove it")
		case e.Kind == Errno && isStatus != (s.Command.Verb == machine.Sh):
			l.add(e.Line, "%s fails with %s", s.Command.Verb, failsWith(s.Command.Verb))
		}
	}
}

func failsWith(v machine.Verb) string {
	if v == machine.Sh {
		return "an exit status or by a signal: ! exit 1, ! SIGKILL"
	}
	return "an errno: ! EINVAL"
}
