// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/kmods"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [CASE|PATTERN|FILE]...",
		Short: "Parse and lint cases without a VM",
		Example: `  klptest check
  klptest check my.txtar`,
		ValidArgsFunction: completeCases,
		RunE: func(_ *cobra.Command, args []string) error {
			list, err := selectCases(args)
			if err != nil {
				return err
			}
			problems := 0
			for _, c := range list {
				for _, p := range cases.Check(c, kmods.Names()) {
					fmt.Fprintln(a.out, report.Escape(p.String()))
					problems++
				}
			}
			if problems > 0 {
				return &blame.Error{Party: blame.User, Err: errors.New(plural(problems, "problem", "problems"))}
			}
			fmt.Fprintln(a.out, plural(len(list), "case", "cases"), "checked")
			return nil
		},
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}
