// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
)

func (a *app) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "show CASE",
		Short:             "Print a shipped case's file, byte for byte",
		Example:           "  klptest show state-add > my.txtar",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeCases,
		RunE: func(_ *cobra.Command, args []string) error {
			shipped, err := cases.Shipped()
			if err != nil {
				return err
			}
			list, err := cases.Select(shipped, args)
			if err != nil {
				return err
			}
			for _, c := range list {
				data, err := fs.ReadFile(cases.ShippedFS(), c.File)
				if err != nil {
					return err
				}
				if _, err := a.out.Write(data); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
