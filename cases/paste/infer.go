// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
	"strings"
)

// teller puts the commands in order: those that were typed, and those that the
// log implies by its effects.
type teller struct {
	*world
	steps  []*step
	cursor int  // the step of the last event; -1: none
	batch  int  // the first step typed since the last record
	fresh  bool // a record came last: the next typed command begins a batch
	dump   bool // the whole log follows the commands
	ahead  []event
	debug  bool // the log has the lines of dynamic debugging
	before int  // leading steps from before the log begins
	busy   []string
	stalls bool

	states    bool    // the fault is about states
	ftraceOff bool    // ftrace_enabled is 0
	tool      int     // the first step of the command whose output a tool prints
	asked     []*step // of the last line of commands
}

// tell returns the commands of the selected lines, in order.
func tell(lines []line) *teller {
	lines = typedFirst(lines)
	t := &teller{world: newWorld(), cursor: -1}
	t.ahead = eventsOf(lines)
	t.debug = slices.ContainsFunc(t.ahead, isDebug)
	for _, l := range lines {
		t.states = t.states || strings.Contains(l.symptom, "klp_get_prev_state") || strings.Contains(l.symptom, "klp_get_state")
		switch l.kind {
		case isCommand:
			t.typedLine(l, actions(l.text))
		case isTool:
			if typed, _ := toolCommand(l.text); typed != "" {
				t.toolLine(l, actions(typed))
			}
			t.stall(l)
		case isFailure:
			t.failure(l)
		case isOutput:
			t.printed(l)
		case isRecord:
			t.record()
		}
	}
	t.rest()
	return t
}

// isDebug reports whether the core logs the event only with dynamic debugging.
func isDebug(e event) bool {
	return e.what == initializing || e.what == completing || e.what == reversing || e.what == canceling
}

// eventsOf returns the event of each record.
func eventsOf(lines []line) []event {
	var list []event
	for _, l := range lines {
		if l.kind == isRecord {
			e, ok := readEvent(l.text)
			if !ok {
				e = event{what: otherLine}
			}
			e.line = l.n
			list = append(list, e)
		}
	}
	return list
}

// want returns the step that a record shows: a typed one not yet seen in the
// log, or else a new one.
func (t *teller) want(a action, e event, why string) *step {
	from := t.cursor + 1
	if !t.dump {
		from = max(from, t.batch)
	}
	for i := from; i < len(t.steps); i++ {
		if s := t.steps[i]; !s.told && s.matches(a) {
			t.pass(i)
			return t.at(i)
		}
	}
	at := len(t.steps)
	if t.dump {
		at = t.cursor + 1
	}
	t.pass(at)
	return t.insert(at, &step{action: a, line: e.line, because: why})
}

// pass skips the steps before one: the log shows nothing of them.
func (t *teller) pass(to int) {
	for i := t.cursor + 1; i < to; i++ {
		t.silent(t.steps[i])
	}
}

func (t *teller) at(i int) *step {
	t.cursor = i
	t.steps[i].told = true
	return t.steps[i]
}

func (t *teller) insert(at int, s *step) *step {
	t.steps = slices.Insert(t.steps, at, s)
	if t.batch > at {
		t.batch++
	}
	return t.at(at)
}

// early adds a step from before the log begins.
func (t *teller) early(a action, e event, why string) *step {
	s := &step{action: a, line: e.line, because: why, told: true}
	at := t.before
	if why == nobodySays || why == calledBack {
		at = 0 // before the livepatches, which would otherwise log its loading
	}
	t.steps = slices.Insert(t.steps, at, s)
	t.before++
	t.cursor++
	t.batch++
	return s
}

func (t *teller) show(e event) {
	if t.cursor >= 0 {
		s := t.steps[t.cursor]
		s.events = append(s.events, e)
	}
}

func (t *teller) record() {
	e := t.ahead[0]
	t.ahead = t.ahead[1:]
	t.fresh = true
	t.happen(e)
	t.show(e)
	if !t.dump {
		t.batch = max(t.batch, t.cursor+1)
	}
}

// rest handles the typed steps that are not in the log.
func (t *teller) rest() {
	t.pass(len(t.steps))
	for i := 0; i < len(t.steps); i++ {
		if s := t.steps[i]; s.sure && s.op == opUnload && s.errno == "" && t.stillEnabled(i) {
			t.steps = slices.Insert(t.steps, i, &step{action: action{op: opWrite, module: s.module, path: enabledOf(s.module), value: "0"}, line: s.line, because: mustBeOff})
			i++
		}
	}
	for _, s := range slices.Clone(t.steps) {
		if s.errno == "" && s.needsLoaded() && !t.everLoaded(s.module) {
			t.early(action{op: opLoad, module: s.module}, event{line: s.line}, mustBeThere)
		}
	}
}

func (t *teller) everLoaded(module string) bool {
	return slices.ContainsFunc(t.steps, func(s *step) bool { return s.op == opLoad && s.module == module })
}

// needsLoaded reports whether a step succeeds only when its module is loaded.
func (s *step) needsLoaded() bool {
	switch s.op {
	case opCat:
		return strings.HasPrefix(s.path, "/sys/kernel/livepatch/")
	case opWrite:
		return s.path == enabledOf(s.module)
	}
	return s.op == opUnload
}

// stillEnabled reports whether a removed livepatch was loaded last and never
// disabled: then the transcript was shortened.
func (t *teller) stillEnabled(at int) bool {
	for i := at - 1; i >= 0; i-- {
		s := t.steps[i]
		switch {
		case s.module == t.steps[at].module && s.op == opLoad:
			return !s.fails && slices.ContainsFunc(s.events, func(e event) bool { return e.patch == s.module && isCore(e) })
		case s.module == t.steps[at].module && s.op != opCat, s.op == opLoad:
			return false
		}
	}
	return false
}
