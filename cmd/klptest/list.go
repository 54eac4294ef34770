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
	"github.com/klptest/klptest/internal/flags"
)

// listOptions are the flags of `klptest list`.
type listOptions struct {
	selection
	coverage, bugs bool
}

func (a *app) listCommand() *cobra.Command {
	var o listOptions
	c := &cobra.Command{
		Use:   "list [CASE|PATTERN]...",
		Short: "List the shipped cases, a name and a title on each line",
		Long: `List the shipped cases, a name and a title on each line.

--coverage prints, in Markdown, every rule with the cases that cover it. Exit
status 1: a rule has no case, or a Covers line matches no rule.

--bugs lists the cases of known kernel bugs instead. They are expected to fail
on kernels that have the bug, and run only when named.`,
		ValidArgsFunction: completeCases,
		RunE:              func(_ *cobra.Command, args []string) error { return a.list(args, o) },
	}
	c.Flags().BoolVar(&o.coverage, "coverage", false, "print which rules the cases cover, in Markdown")
	c.Flags().BoolVar(&o.bugs, "bugs", false, "list the cases of known kernel bugs")
	selectionFlags(c, &o.selection)
	flags.Rules{Apart: [][2]string{{"coverage", "exclude"}, {"coverage", "covers"}, {"coverage", "header"}, {"bugs", "exclude"}, {"bugs", "covers"}, {"bugs", "header"}, {"coverage", "bugs"}}}.Of(c)
	return c
}

func (a *app) list(args []string, o listOptions) error {
	if (o.coverage || o.bugs) && len(args) > 0 {
		return blame.Userf("--coverage and --bugs are about all cases: name none")
	}
	list, err := o.listed(args)
	if err != nil {
		return err
	}
	if o.coverage {
		return a.coverage(list)
	}
	return a.titles(list)
}

func (o listOptions) listed(args []string) ([]*casefile.Case, error) {
	if o.bugs {
		return cases.Bugs()
	}
	list, err := cases.Load(args)
	if err != nil {
		return nil, err
	}
	return o.of(list)
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
