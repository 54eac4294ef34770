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
	headers []string // names, perhaps with a pattern for the value
}

func selectionFlags(c *cobra.Command, s *selection) {
	c.Flags().StringArrayVar(&s.exclude, "exclude", nil, "leave out the cases that match `PATTERN`; may be repeated")
	c.Flags().StringArrayVar(&s.covers, "covers", nil, "only the cases that cover `RULE`, such as 2.3, 2 or \"system-state.rst 3\"; may be repeated; klptest list --coverage lists the rules")
	c.Flags().StringArrayVar(&s.headers, "header", nil, "only the cases with `HEADER`, such as Needs or CPUs=2; may be repeated")
	_ = c.RegisterFlagCompletionFunc("exclude", completeCases)
}

// of returns the cases of the list that are in the selection.
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

// isFile reports whether a case is from a user's file, from a directory that the arguments
// name, or from standard input. The file names of shipped cases have no slash.
func isFile(args []string, c *casefile.Case) bool {
	return c.File == inputFile || slices.Contains(args, c.File) || strings.ContainsRune(c.File, '/')
}
