// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/model"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/shellword"
	"github.com/klptest/klptest/kmods"
)

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [CASE|PATTERN|FILE|-]...",
		Short: "Parse and lint cases, and run them on a model of the kernel, without a VM",
		Example: `  klptest check
  klptest check my.txtar
  klptest new report.txt | klptest check -`,
		ValidArgsFunction: completeCases,
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := a.load(cmd.Context(), args)
			if err != nil {
				return err
			}
			problems := 0
			for _, c := range list {
				found := a.checkCase(cmd.Context(), c, isFile(args, c))
				if cmd.Context().Err() != nil {
					return context.Cause(cmd.Context()) // the model was interrupted: its differences mean nothing
				}
				for _, p := range found {
					fmt.Fprintln(a.out, printable.Text(p.String()))
					problems++
				}
			}
			if problems > 0 {
				return &blame.Error{Party: blame.User, Err: errors.New(printable.Count(problems, "problem", "problems"))}
			}
			fmt.Fprintln(a.out, printable.Count(len(list), "case", "cases"), "checked")
			return nil
		},
	}
}

// checkCase returns the problems of a case. A user's file may describe a bug, so a
// difference from the model is only a note there, not a problem.
func (a *app) checkCase(ctx context.Context, c *casefile.Case, isFile bool) []casefile.Problem {
	problems, differences := append(casefile.Check(c, kmods.Names()), model.Parameters(c)...), model.Check(ctx, c)
	if !isFile || ctx.Err() != nil {
		return append(problems, differences...)
	}
	if unending := model.Unending(ctx, c); len(unending) > 0 {
		return append(problems, unending...)
	}
	if len(differences) > 0 && c.ExpectsNothing() {
		a.notice(fmt.Sprintf("note: %s expects nothing; klptest predict %s prints it with the lines of a healthy kernel", c.File, shellword.Quote(c.File)))
		return problems
	}
	for _, p := range differences {
		a.notice("note: " + p.String())
	}
	return problems
}
