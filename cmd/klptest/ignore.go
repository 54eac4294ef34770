// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

// ignoring returns the cases as if each had an Ignores header with the texts.
func ignoring(list []*casefile.Case, texts []string) ([]*casefile.Case, error) {
	for _, text := range texts {
		if err := casefile.CheckIgnore(text); err != nil {
			return nil, &blame.Error{Party: blame.User, Err: err}
		}
	}
	if texts == nil {
		return list, nil
	}
	out := make([]*casefile.Case, len(list))
	for i, c := range list {
		with := *c
		with.Ignores = slices.Concat(c.Ignores, texts)
		out[i] = &with
	}
	return out, nil
}
