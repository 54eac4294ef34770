// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
)

func (a *app) listCommand() *cobra.Command {
	var coverage bool
	c := &cobra.Command{
		Use:   "list [CASE|PATTERN]...",
		Short: "List the shipped cases, a name and a title on each line",
		Long: `List the shipped cases, a name and a title on each line.

--coverage prints, in Markdown, every rule with the cases that cover it. Exit
status 1: a rule has no case, or a Covers line matches no rule.`,
		ValidArgsFunction: completeCases,
		RunE: func(_ *cobra.Command, args []string) error {
			if coverage && len(args) > 0 {
				return blame.Userf("--coverage is about all shipped cases: name none")
			}
			list, err := cases.Load(args)
			if err != nil {
				return err
			}
			if coverage {
				return a.coverage(list)
			}
			return a.titles(list)
		},
	}
	c.Flags().BoolVar(&coverage, "coverage", false, "print which rules the cases cover, in Markdown")
	return c
}

func (a *app) titles(list []*casefile.Case) error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, c := range list {
		fmt.Fprintf(w, "%s\t%s\n", c.Name, c.Title)
	}
	return w.Flush()
}

func (a *app) coverage(list []*casefile.Case) error {
	table, problems := cases.Coverage(cases.Rules(), list)
	if err := cases.WriteCoverage(a.out, table); err != nil {
		return err
	}
	for _, p := range problems {
		a.notice(p)
	}
	if len(problems) > 0 {
		return verdicts(exit.Failed)
	}
	return nil
}

// completeCases offers the shipped cases' names to a shell; files complete
// as well.
func completeCases(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	list, err := cases.Shipped()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, c := range list {
		names = append(names, c.Name+"\t"+c.Title)
	}
	return names, cobra.ShellCompDirectiveDefault
}
