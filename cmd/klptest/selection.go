// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

// selection narrows down the cases that the arguments name.
type selection struct {
	exclude []string // patterns
	covers  []string // ids of rules
	headers []string // names, perhaps with a pattern of the value
}

func selectionFlags(c *cobra.Command, s *selection) {
	c.Flags().StringArrayVar(&s.exclude, "exclude", nil, "leave out the cases that `PATTERN` names; may be repeated")
	c.Flags().StringArrayVar(&s.covers, "covers", nil, "only the cases that cover `RULE`, such as 2.3, 2 or \"system-state.rst 3\"; may be repeated; klptest list --coverage has the rules")
	c.Flags().StringArrayVar(&s.headers, "header", nil, "only the cases that have `HEADER`, such as Needs or CPUs=2; may be repeated")
	_ = c.RegisterFlagCompletionFunc("exclude", completeCases)
}

// of returns the cases of the list that the selection leaves.
func (s selection) of(list []*casefile.Case) ([]*casefile.Case, error) {
	list, err := cases.Without(list, s.exclude)
	if err == nil {
		list, err = cases.Covering(list, s.covers)
	}
	if err == nil {
		list, err = cases.WithHeader(list, s.headers)
	}
	if err == nil && len(list) == 0 {
		err = blame.Userf("--exclude, --covers and --header leave no case")
	}
	return list, err
}

// isFile tells whether a case is from a file of the user's, from standard input, or of a directory that
// the arguments name. The names of shipped cases' files have no slash.
func isFile(args []string, c *casefile.Case) bool {
	return c.File == inputFile || slices.Contains(args, c.File) || strings.ContainsRune(c.File, '/')
}
