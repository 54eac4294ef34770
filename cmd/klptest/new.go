// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/blame"
)

func (a *app) newCommand() *cobra.Command {
	var title string
	c := &cobra.Command{
		Use:   "new [LOG|-]",
		Short: "Make a case from a kernel log or a selftest transcript",
		Long: `Make a case from a pasted kernel log (dmesg, journalctl -k) or from the
transcript of a kernel selftest, and print it. Of the diff that a failing
selftest prints, the expected side is taken; of a selftest's source, what the
first check_result expects. Without a file, or with -, it reads standard input.`,
		Example: `  klptest new report.txt > bug.txtar
  dmesg | klptest new --title 'Replace loses the state' > bug.txtar
  klptest run bug.txtar`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			in := a.in
			if len(args) == 1 && args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return &blame.Error{Party: blame.User, Err: err}
				}
				defer f.Close()
				in = f
			}
			data, err := cases.New(title, io.LimitReader(in, maxCaseFile))
			if err != nil {
				return err
			}
			_, err = a.out.Write(data)
			return err
		},
	}
	c.Flags().StringVar(&title, "title", "", "first line of the case")
	return c
}
