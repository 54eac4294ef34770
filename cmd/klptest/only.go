// SPDX-License-Identifier: Apache-2.0

package main

import (
	"path"
	"slices"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/nearest"
)

// onlyFrom is what the patterns of --only choose from.
type onlyFrom[T any] struct {
	kind   string // one of it, in messages
	list   []T
	name   func(T) string
	advice string // tells the names, or where they are
}

// matching returns what the patterns match. Each must match something: a check of nothing
// would find no fault.
func (f onlyFrom[T]) matching(patterns []string) ([]T, error) {
	if len(patterns) == 0 {
		return nil, blame.AdviseUserf(f.advice, "--only names no %s", f.kind)
	}
	chosen := map[string]bool{}
	for _, p := range patterns {
		if err := f.match(p, chosen); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(f.list), func(one T) bool { return !chosen[f.name(one)] }), nil
}

// match marks the names that a pattern matches.
func (f onlyFrom[T]) match(pattern string, chosen map[string]bool) error {
	names := f.names()
	found := false
	for _, name := range names {
		ok, err := path.Match(pattern, name)
		if err != nil {
			return blame.AdviseUserf(f.advice, "--only: %q is not a pattern: %v", pattern, err)
		}
		if ok {
			chosen[name], found = true, true
		}
	}
	if !found {
		return blame.AdviseUserf(f.advice, "--only: no %s matches %q%s", f.kind, pattern, nearest.DidYouMean(pattern, names))
	}
	return nil
}

func (f onlyFrom[T]) names() (names []string) {
	for _, one := range f.list {
		names = append(names, f.name(one))
	}
	return names
}
