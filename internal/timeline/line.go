// SPDX-License-Identifier: Apache-2.0

package timeline

import (
	"regexp"
	"strings"
)

// event is the meaning of a kernel log line.
type event struct {
	kind Kind
	lane string // empty: no livepatch
	verb string // from patterns: what it does
	text string
	args []string // the rest of what the line says
}

// The verbs that change the phase of a livepatch or its data.
const (
	begins    = "initializing"
	starts    = "starting"
	completes = "completing"
	ends      = "complete"
	reverses  = "reversing"
	cancels   = "canceling"
	fails     = "failed"
	allocates = "alloc"
	takes     = "take"
	copies    = "copy"
	frees     = "free"
)

// patterns are the lines of kernel/livepatch/*.c, and of the shipped livepatches,
// that a timeline shows as more than a note. The first group is the livepatch; the
// others are %1, %2 of the text.
var patterns = []struct {
	kind Kind
	verb string
	form *regexp.Regexp
	text string
}{
	{Transition, "enabling", regexp.MustCompile(`^livepatch: enabling patch '(\w+)'$`), "enabling"},
	{Transition, begins, regexp.MustCompile(`^livepatch: '(\w+)': initializing (patching|unpatching) transition$`), "initializing %1"},
	{Transition, starts, regexp.MustCompile(`^livepatch: '(\w+)': starting (patching|unpatching) transition$`), "starting %1"},
	{Transition, completes, regexp.MustCompile(`^livepatch: '(\w+)': completing (patching|unpatching) transition$`), "completing %1"},
	{Transition, ends, regexp.MustCompile(`^livepatch: '(\w+)': (patching|unpatching) complete$`), "%1 complete"},
	{Reversal, reverses, regexp.MustCompile(`^livepatch: '(\w+)': reversing transition from \w+ to (patching|unpatching)$`), "reversed, now %1"},
	{Reversal, cancels, regexp.MustCompile(`^livepatch: '(\w+)': canceling patching transition, going to (unpatch)$`), "cancelled, now unpatching"},
	{Failure, "refused", regexp.MustCompile(`^livepatch: Livepatch patch \((\w+)\) is not compatible with the already installed livepatches\.$`), "refused: not compatible with the installed livepatches"},
	{Failure, fails, regexp.MustCompile(`^livepatch: failed to enable patch '(\w+)'$`), "could not be enabled"},
	{Object, "coming", regexp.MustCompile(`^livepatch: applying patch '(\w+)' to loading module '(\w+)'$`), "applied to loading module %1"},
	{Object, "going", regexp.MustCompile(`^livepatch: reverting patch '(\w+)' on unloading module '(\w+)'$`), "reverted on unloading module %1"},
	{Callback, "", regexp.MustCompile(`^(\w+): ((?:pre|post)_(?:un)?patch)(?:_callback)?:? ?(.*)$`), "%1 %2"},
	{Data, allocates, regexp.MustCompile(`^(\w+): alloc (\S+)$`), "allocates %1"},
	{Data, takes, regexp.MustCompile(`^(\w+): take (\S+)$`), "takes %1"},
	{Data, copies, regexp.MustCompile(`^(\w+): copy (\S+) to (\S+)$`), "copies %1 to %2"},
	{Data, frees, regexp.MustCompile(`^(\w+): free (\S+)$`), "frees %1"},
}

// parse parses a line of the log.
func parse(line string) event {
	for _, p := range patterns {
		m := p.form.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		e := event{kind: p.kind, lane: m[1], verb: p.verb, text: p.text, args: m[2:]}
		for i, arg := range e.args {
			e.text = strings.TrimSpace(strings.ReplaceAll(e.text, "%"+string(rune('1'+i)), arg))
		}
		return e
	}
	return event{kind: Note, text: line}
}

// stateForm matches what probe_log() of kmods/src/klp_probe.h logs about a state.
var stateForm = regexp.MustCompile(`^state (\d+) own=(\w+)(?::(\S+))? prev=(\w+)(?::(\S+))?$`)

// parseStates parses what a callback logs: the object, and what it got about each
// state. Other words belong to the object.
func parseStates(text string) (object string, list []State) {
	object, rest, _ := strings.Cut(text, ": ")
	for item := range strings.SplitSeq(rest, "; ") {
		m := stateForm.FindStringSubmatch(item)
		if m == nil {
			return text, nil
		}
		list = append(list, State{ID: m[1], Own: Held{m[2], m[3]}, Prev: Held{m[4], m[5]}, From: None})
	}
	return object, list
}
