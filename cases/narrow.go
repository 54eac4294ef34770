// SPDX-License-Identifier: Apache-2.0

package cases

import (
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

// Covering returns the cases that cover one of the rules. A rule is an id, such as
// 2.3, or the beginning of several: 2 stands for 2.1, 2.2 and so on.
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

func (r Rule) within(id string) bool { return r.ID == id || strings.HasPrefix(r.ID, id+".") }

func unknownRule(id string, rules []Rule) error {
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	return blame.AdviseUserf("klptest list --coverage shows the rules", "no rule %s%s", id, nearest.DidYouMean(id, ids))
}
