// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/blame"
)

func (a *app) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "show CASE",
		Short:             "Print a shipped case's file, byte for byte",
		Example:           "  klptest show state-add > my.txtar",
		Args:              takes(1, 1),
		ValidArgsFunction: completeCases,
		RunE: func(_ *cobra.Command, args []string) error {
			if cases.IsFile(args[0]) {
				return blame.Userf("%s is a file already; show prints a shipped case", args[0])
			}
			c, err := cases.LoadOne(args[0])
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.out, c.Text)
			return err
		},
	}
}
