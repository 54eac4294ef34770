// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

func joined(list []*casefile.Case) string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return strings.Join(names, " ")
}

func TestWithout(t *testing.T) {
	list := named("a-1", "a-2", "b")
	for _, test := range []struct{ patterns, want, err string }{
		{"", "a-1 a-2 b", ""},
		{"a-*", "b", ""},
		{"b a-2", "a-1", ""},
		{"state-add", "a-1 a-2 b", ""}, // a shipped case, but not in the list
		{"b nosuch", "", `no case is called "nosuch"`},
		{"c*x", "", `no case matches "c*x"`},
		{"[", "", `"[" is not a pattern: syntax error in pattern`},
	} {
		got, err := Without(list, strings.Fields(test.patterns))
		if joined(got) != test.want || (err == nil) != (test.err == "") || err != nil && (err.Error() != test.err || blame.Of(err) != blame.User) {
			t.Errorf("%q: %q, %v", test.patterns, joined(got), err)
		}
	}
}

func TestCovering(t *testing.T) {
	list := named("a", "b", "c", "d")
	list[0].Covers = []string{`system-state.rst 2, "Any completely new system state"`}
	list[1].Covers = []string{`livepatch: module, "init fails"`, `system-state.rst 2, "The check is done when"`}
	list[2].Covers = []string{`no source, "no rule"`}
	for _, test := range []struct{ ids, want, err string }{
		{"", "a b c d", ""},
		{"2.2", "a", ""},
		{"2", "a b", ""},
		{"2.1,2.2", "a b", ""},
		{"system-state.rst 2", "a b", ""},
		{"system-state.rst", "a b", ""},
		{"system-state.rs", "", "no rule system-state.rs"},
		{"2.", "", "no rule 2."},
		{"2.99", "", "no rule 2.99"},
	} {
		ids := strings.Split(test.ids, ",")
		if test.ids == "" {
			ids = nil
		}
		got, err := Covering(list, ids)
		if joined(got) != test.want || (err == nil) != (test.err == "") || err != nil && (!strings.HasPrefix(err.Error(), test.err) || blame.Of(err) != blame.User) {
			t.Errorf("%q: %q, %v", test.ids, joined(got), err)
		}
	}
}

func TestWithHeader(t *testing.T) {
	list := named("a", "b", "c")
	list[0].Text = "A title.\n\nNeeds: kernel >= 6.1\nNeeds: config SMP\nCPUs: 2\n\n-- transcript --\nRepeat: 3\n"
	list[1].Text = "Another.\n\nCPUs: 4\n-- transcript --\n"
	for _, test := range []struct{ headers, want, err string }{
		{"", "a b c", ""},
		{"CPUs", "a b", ""},
		{"CPUs=2", "a", ""},
		{"CPUs=2,CPUs=4", "a b", ""},
		{"CPUs=[24]", "a b", ""},
		{"Needs=config*", "a", ""},
		{"Needs=config", "", ""},
		{"Repeat", "", ""},
		{"cpus", "", `no header "cpus" (did you mean CPUs?)`},
		{"CPUs=[", "", `"[" is not a pattern`},
	} {
		var headers []string
		if test.headers != "" {
			headers = strings.Split(test.headers, ",")
		}
		got, err := WithHeader(list, headers)
		if joined(got) != test.want || (err == nil) != (test.err == "") || err != nil && (!strings.HasPrefix(err.Error(), test.err) || blame.Of(err) != blame.User) {
			t.Errorf("%q: %q, %v", test.headers, joined(got), err)
		}
	}
}
