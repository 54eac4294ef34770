// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"fmt"
	"slices"
	"strings"
)

// leftOut counts and lists the lines of the report that are not in the case.
func (r *report) leftOut() string {
	var parts []string
	shown := r.shownOutput()
	output := leftGroup{"1 line of output", "lines of output", func(l line) bool {
		return l.kind == isOutput && !shown[l.n] && !(strings.HasPrefix(l.text, "* ") && r.predicts(l.text))
	}}
	for _, group := range slices.Concat(leftGroups, []leftGroup{output}) {
		var numbers []int
		for _, l := range r.lines {
			if group.has(l) {
				numbers = append(numbers, l.n)
			}
		}
		if len(numbers) > 0 {
			parts = append(parts, fmt.Sprintf("%s (%s)", counted(len(numbers), group.one, group.many), ranges(numbers)))
		}
	}
	if parts == nil {
		return ""
	}
	return "Left out: " + strings.Join(parts, ", ") + ".\n"
}

type leftGroup struct {
	one, many string
	has       func(line) bool
}

var leftGroups = []leftGroup{
	{"1 line of text", "lines of text", func(l line) bool { return l.kind == isText }},
	{"1 record of other parts of the kernel or of processes", "records of other parts of the kernel or of processes", func(l line) bool {
		return l.kind == isNoise && l.why != "a stack dump"
	}},
	{"1 line of other tests", "lines of other tests", func(l line) bool { return l.kind == isOther && l.why != ofOtherBoot }},
	{"1 line of other boots", "lines of other boots", func(l line) bool { return l.why == ofOtherBoot }},
	{"1 line of a command that only looks", "lines of commands that only look", isLooking},
}

func isLooking(l line) bool {
	if l.kind != isCommand || logLooker.MatchString(l.text) {
		return l.kind == isCommand
	}
	list := actions(l.text)
	return len(list) > 0 && !slices.ContainsFunc(list, func(a action) bool { return a.op != opLeft || a.why != onlyLooks })
}

func counted(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// maxRanges bounds the line numbers in a message.
const maxRanges = 8

// ranges writes line numbers as people do: 1-3, 7.
func ranges(numbers []int) string {
	var list []string
	for i := 0; i < len(numbers); {
		k := i
		for k+1 < len(numbers) && numbers[k+1] <= numbers[k]+1 {
			k++
		}
		if len(list) == maxRanges {
			list = append(list, "...")
			break
		}
		if k == i {
			list = append(list, fmt.Sprint(numbers[i]))
		} else {
			list = append(list, fmt.Sprintf("%d-%d", numbers[i], numbers[k]))
		}
		i = k + 1
	}
	if strings.Contains(strings.Join(list, ""), "-") || len(list) > 1 {
		return "lines " + strings.Join(list, ", ")
	}
	return "line " + list[0]
}

// differs names the core's lines that the report has but the prediction lacks:
// the commands may then not be the original ones.
func (r *report) differs() string {
	if r.failed != nil {
		return ""
	}
	missing := r.unexplained()
	if len(missing) == 0 {
		return ""
	}
	return fmt.Sprintf("The commands do not explain %s of the report (%s): check whether one is missing.\n",
		counted(len(missing), "1 line", "lines"), ranges(missing))
}

// unexplained returns the lines of core records that the prediction lacks.
func (r *report) unexplained() (numbers []int) {
	predicted := coreEvents(r.predicted.Steps)
	var seen []event
	for _, s := range r.m.t.steps {
		for _, e := range s.events {
			if isCore(e) {
				seen = append(seen, r.m.translate(e))
			}
		}
	}
	for _, i := range unmatched(seen, predicted) {
		numbers = append(numbers, seen[i].line)
	}
	return numbers
}

// translate replaces the names in an event with klptest's.
func (m *mapping) translate(e event) event {
	e.patch = orSelf(m.ours[e.patch], e.patch)
	e.object = orSelf(m.ours[e.object], e.object)
	return e
}

// isCore reports whether every kernel logs the event, even without debugging.
func isCore(e event) bool {
	switch e.what {
	case enabling, incompatible, starting, complete, preFailed, enableFailed, applying, refusing, reverting, forcing:
		return true
	}
	return false
}

func coreEvents(steps [][]string) (list []event) {
	for _, lines := range steps {
		for _, text := range lines {
			if e, ok := readEvent(text); ok && isCore(e) {
				list = append(list, e)
			}
		}
	}
	return list
}

// unmatched returns the indexes of the seen events that the predicted ones, in
// order, do not match.
func unmatched(seen, predicted []event) (list []int) {
	k := 0
	for i, e := range seen {
		at := slices.IndexFunc(predicted[k:], func(p event) bool { return same(e, p) })
		if at < 0 {
			list = append(list, i)
			continue
		}
		k += at + 1
	}
	return list
}

func same(a, b event) bool {
	return a.what == b.what && a.patch == b.patch && a.object == b.object && a.down == b.down
}
