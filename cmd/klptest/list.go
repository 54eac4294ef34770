// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
)

func (a *app) listCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "list [CASE|PATTERN]...",
		Short:             "List the shipped cases, a name and a title on each line",
		ValidArgsFunction: completeCases,
		RunE: func(_ *cobra.Command, args []string) error {
			list, err := selectCases(args)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			for _, c := range list {
				fmt.Fprintf(w, "%s\t%s\n", c.Name, c.Title)
			}
			return w.Flush()
		},
	}
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
