// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
)

func (a *app) reportCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "report FILE",
		Short: "Show the JSON report of an earlier run in another format",
		Long: `Show the report of a run in any format. klptest run --format json writes such
reports. The report of a killed run breaks off, and is shown as far as it goes.

The exit status is the run's.`,
		Example: `  klptest run --format json > run.json
  klptest report run.json
  klptest report run.json --format junit > run.xml`,
		Args: takes(1, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.report(args[0], format)
		},
	}
	formatFlag(c, &format, formatChoices())
	return c
}

func (a *app) report(file, format string) error {
	f, err := report.FormatNamed(format)
	if err != nil {
		return err
	}
	d, err := readReport(file)
	if err != nil {
		return err
	}
	if err := d.Play(a.reporter(f, true)); err != nil {
		return err
	}
	if d.Error != "" {
		fmt.Fprintln(a.err, "klptest:", printable.Text(strings.TrimRight(d.Message(), "\n")))
	}
	if d.Status != exit.Passed {
		return verdicts(d.Status)
	}
	return nil
}

// readReport reads a report, which may be a stranger's.
func readReport(file string) (report.Document, error) {
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		return report.Document{}, blame.Unreadable(file, err)
	}
	f, err := os.Open(file)
	if err != nil {
		return report.Document{}, blame.Unreadable(file, err)
	}
	defer f.Close()
	d, err := report.Read(f)
	if err != nil {
		err = &blame.Error{Party: blame.User, Summary: file, Err: err}
	}
	return d, err
}
