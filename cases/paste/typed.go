// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
	"strings"
)

// typedFirst moves the steps of a description before the log above it, if both
// are about the same commands.
func typedFirst(lines []line) []line {
	var typed, records, last int
	first := -1
	loads := map[string]bool{}
	for i, l := range lines {
		switch l.kind {
		case isRecord:
			records, last = records+1, i
			if e, _ := readEvent(l.text); e.what == enabling {
				loads[e.patch] = true
			}
		case isCommand:
			if typed++; first < 0 && !logLooker.MatchString(l.text) {
				first = i
			}
		}
	}
	if records == 0 || first < last || !slices.ContainsFunc(lines[max(first, 0):], func(l line) bool {
		return l.kind == isCommand && slices.ContainsFunc(actions(l.text), func(a action) bool { return a.op == opLoad && loads[a.module] })
	}) {
		return lines
	}
	dump := line{kind: isCommand, text: "dmesg", why: "the log is of the commands below it"}
	return slices.Concat(lines[first:], []line{dump}, lines[:first])
}

func (t *teller) typedLine(l line, list []action) {
	if l.kind == isCommand && logLooker.MatchString(l.text) {
		t.dump = true
		return
	}
	if t.fresh {
		t.fresh, t.batch, t.dump = false, len(t.steps), false
	}
	if l.kind == isCommand {
		t.tool, t.asked = len(t.steps), nil
	}
	for _, a := range list {
		if t.trans != "" && !t.dump && a.op != opLeft {
			t.hold()
		}
		t.steps = append(t.steps, &step{action: a, line: l.n, typed: true, sure: l.sure})
		if l.kind == isCommand {
			t.asked = append(t.asked, t.steps[len(t.steps)-1])
		}
		if a.path == ftraceFile {
			t.ftraceOff = a.value == "0"
		}
	}
}

// toolLine adds the command that a tool's message names, unless it was typed.
func (t *teller) toolLine(l line, list []action) {
	for _, a := range list {
		typed := slices.ContainsFunc(t.steps[min(t.tool, len(t.steps)):], func(s *step) bool { return s.matches(a) })
		if !typed {
			t.typedLine(l, []action{a})
		}
	}
}

// failure assigns an errno to the step that its text names, or to the last one.
func (t *teller) failure(l line) {
	for i := len(t.steps) - 1; i >= 0 && i >= len(t.steps)-3; i-- {
		if s := t.steps[i]; s.typed && s.module != "" && strings.Contains(strings.ReplaceAll(l.text, "-", "_"), s.module) {
			s.errno, s.failedAt = l.why, l.n
			return
		}
	}
	for i := len(t.steps) - 1; i >= 0; i-- {
		if s := t.steps[i]; s.op != opLeft {
			s.errno, s.failedAt = l.why, l.n
			if s.path == ftraceFile {
				t.ftraceOff = false
			}
			return
		}
	}
}

// printed handles a command's output, or the error below it in a transcript. A
// file may show a running transition.
func (t *teller) printed(l line) {
	if errno, ok := strings.CutPrefix(l.text, "! "); ok && errnoOr(errno, 0) != 0 {
		t.failure(line{n: l.n, why: errno})
		return
	}
	if s := t.print(l); s != nil && strings.HasSuffix(s.path, "/transition") {
		t.showTransition(s)
	}
}

// showTransition notes what the file transition shows.
func (t *teller) showTransition(s *step) {
	switch {
	case s.printed == "0":
		s.settled = true
	case s.printed != "1":
	case t.trans == s.module:
		t.started, t.passed = true, true
		t.confirm()
	case t.trans == "":
		if o := t.unlogged(s.module); o != nil {
			o.held = true
		}
	}
}

// unlogged returns the step that has started a livepatch's transition, if the
// log does not show the end.
func (t *teller) unlogged(patch string) *step {
	for _, s := range slices.Backward(t.steps) {
		switch {
		case s.module != patch || s.errno != "":
		case s.settled || ends(s):
			return nil
		case s.op == opLoad, s.op == opWrite && s.path == enabledOf(patch):
			return s
		}
	}
	return nil
}

func (t *teller) stall(l line) {
	if stalled.MatchString(l.text) {
		t.stalls = true
		for i := len(t.steps) - 1; i >= 0; i-- {
			if t.steps[i].op == opLoad {
				t.steps[i].held = true
				return
			}
		}
	}
}
