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

// Select returns the cases that the patterns name, in the order of all; without
// a pattern, all of them. A pattern is a case's name, or a pattern of
// path.Match. A pattern that matches nothing is the user's error, which
// suggests similar names.
func Select(all []*casefile.Case, patterns []string) ([]*casefile.Case, error) {
	if len(patterns) == 0 {
		return all, nil
	}
	chosen := map[*casefile.Case]bool{}
	for _, p := range patterns {
		if err := choose(all, p, chosen); err != nil {
			return nil, err
		}
	}
	var list []*casefile.Case
	for _, c := range all {
		if chosen[c] {
			list = append(list, c)
		}
	}
	return list, nil
}

func choose(all []*casefile.Case, pattern string, chosen map[*casefile.Case]bool) error {
	found := false
	var names []string
	for _, c := range all {
		ok, err := path.Match(pattern, c.Name)
		if err != nil {
			return blame.Userf("%q is not a pattern: %v", pattern, err)
		}
		if ok {
			chosen[c], found = true, true
		}
		names = append(names, c.Name)
	}
	switch {
	case found:
		return nil
	case strings.ContainsAny(pattern, `*?[\`):
		return blame.AdviseUserf("klptest list shows the names", "no case matches %q%s", pattern, nearest.DidYouMean(pattern, families(names)))
	}
	return blame.AdviseUserf("klptest list shows the names", "no case is called %q%s", pattern, nearest.DidYouMean(pattern, append(names, families(names)...)))
}

// families returns patterns, each for the names that begin with one word.
func families(names []string) (patterns []string) {
	for _, name := range names {
		word, _, more := strings.Cut(name, "-")
		if p := word + "-*"; more && !slices.Contains(patterns, p) {
			patterns = append(patterns, p)
		}
	}
	return patterns
}
