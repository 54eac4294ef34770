// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"path"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/nearest"
)

// Without returns the cases that no pattern names; see [Select]. A pattern that names
// neither one of them nor a shipped case is the user's error.
func Without(list []*casefile.Case, patterns []string) ([]*casefile.Case, error) {
	if len(patterns) == 0 {
		return list, nil
	}
	all, err := Shipped()
	if err != nil {
		return nil, err
	}
	excluded := map[*casefile.Case]bool{}
	known := slices.Concat(list, all)
	for _, p := range patterns {
		if err := choose(known, p, excluded); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(c *casefile.Case) bool { return excluded[c] }), nil
}

// Covering returns the cases that cover one of the rules. A rule is an id, such as 2.3;
// the beginning of several ids, such as 2 for 2.1, 2.2 and so on; or a source, such as
// system-state.rst 2.
func Covering(list []*casefile.Case, ids []string) ([]*casefile.Case, error) {
	if len(ids) == 0 {
		return list, nil
	}
	rules := Rules()
	for _, id := range ids {
		if !slices.ContainsFunc(rules, func(r Rule) bool { return r.within(id) }) {
			return nil, unknownRule(id, rules)
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(c *casefile.Case) bool {
		return !slices.ContainsFunc(c.Covers, func(covers string) bool {
			r, found := findRule(rules, covers)
			return found && slices.ContainsFunc(ids, r.within)
		})
	}), nil
}

// within reports whether the id names the rule, its chapter, or its source as in a
// Covers line, such as system-state.rst 3.
func (r Rule) within(id string) bool {
	return r.ID == id || strings.HasPrefix(r.ID, id+".") || r.Source == id || strings.HasPrefix(r.Source, id+",") || strings.HasPrefix(r.Source, id+" ")
}

func unknownRule(id string, rules []Rule) error {
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	return blame.AdviseUserf("klptest list --coverage shows the rules", "no rule %s%s", id, nearest.DidYouMean(id, ids))
}

// WithHeader returns the cases that have one of the headers: a name, such as CPUs, or a
// name and a pattern for the value, such as CPUs=2 or Needs=kernel*.
func WithHeader(list []*casefile.Case, headers []string) ([]*casefile.Case, error) {
	if len(headers) == 0 {
		return list, nil
	}
	for _, h := range headers {
		name, pattern, _ := strings.Cut(h, "=")
		if known := casefile.HeaderNames(); !slices.Contains(known, name) {
			return nil, blame.AdviseUserf("the headers are "+strings.Join(known, ", "), "no header %q%s", name, nearest.DidYouMean(name, known))
		}
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, blame.Userf("%q is not a pattern: %w", pattern, err)
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(c *casefile.Case) bool {
		return !slices.ContainsFunc(headers, func(h string) bool { return hasHeader(c, h) })
	}), nil
}

func hasHeader(c *casefile.Case, header string) bool {
	name, pattern, limited := strings.Cut(header, "=")
	return slices.ContainsFunc(c.Header(name), func(value string) bool {
		ok, _ := path.Match(pattern, value)
		return ok || !limited
	})
}
