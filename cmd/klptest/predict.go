// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/model"
	"github.com/klptest/klptest/internal/printable"
)

func (a *app) predictCommand() *cobra.Command {
	var release string
	cmd := &cobra.Command{
		Use:   "predict CASE|FILE|-",
		Short: "Print a case with the transcript that a model of the kernel predicts",
		Long: `Run the commands of a case on a model of the livepatch core, without a VM. Print
the case with the predicted transcript, and with the headers (Taints, Leaves) that
the transcript needs. The case's own expected lines are ignored.`,
		Example: `  klptest predict state-add
  klptest predict --release 6.1 my.txtar`,
		Args:              flags.Takes(1, 1),
		ValidArgsFunction: completeCases,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.loadOne(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			data, err := model.Complete(cmd.Context(), release, []byte(c.Text), c)
			if err != nil {
				return err
			}
			fmt.Fprint(a.out, printable.Text(string(data)))
			return nil
		},
	}
	cmd.Flags().StringVar(&release, "release", "6.12", "the kernel's `RELEASE`, as uname -r prints it")
	return cmd
}
