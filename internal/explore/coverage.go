// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/machine"
)

// coverage is the set of model transitions seen so far. A transition is an operation that
// leads from one situation to another, with its answer and its log.
type coverage map[string]bool

func (c coverage) add(edges []string) {
	for _, e := range edges {
		c[e] = true
	}
}

// edge names the transition that an operation has made.
func edge(before, op string, ans machine.Answer, after string) string {
	return strings.Join([]string{before, kind(op), ans.Errno, signature(ans.Records), after}, "\n")
}

// kind returns an operation without names.
func kind(op string) string {
	if function, of, faulty := cutFault(op); faulty {
		return "fail " + function + " " + kind(of)
	}
	words := strings.Fields(op)
	switch verb := words[0]; machine.Verb(verb) {
	case machine.Hold, machine.Release:
		return op
	case machine.Echo:
		return verb + " " + words[1] + " " + path.Base(words[len(words)-1])
	case machine.Cat:
		return verb + " " + path.Base(words[1])
	default:
		return verb + " " + someProbe(words[1])
	}
}

// someProbe returns * for a probe of which there are several, and the name of any other
// module.
func someProbe(name string) string {
	if name != otherName && slices.Contains(probeNames, name) {
		return "*"
	}
	return name
}

// named matches the parts in which log lines of the same meaning differ: names,
// and the states and data behind them. klp_h is not interchangeable.
var named = regexp.MustCompile(`klp_[a-g]\b|: state .*|\b\d+(/\d+)?\b`)

func nameless(text string) string { return named.ReplaceAllString(text, "*") }

// signature returns the set of a log's lines, without names, order and number.
func signature(log []machine.Record) string {
	var lines []string
	for _, r := range log {
		if r.Facility == 0 {
			lines = append(lines, nameless(r.Text))
		}
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "; ")
}
