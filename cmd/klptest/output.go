// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/terminal"
)

// choice is a value of --format.
type choice struct{ name, use string }

// formatChoices are the formats of a report.
func formatChoices() (list []choice) {
	for _, f := range report.Formats {
		list = append(list, choice{f.Name, f.For})
	}
	return list
}

// formatFlag adds --format, with its values in the help and for the shell.
func formatFlag(c *cobra.Command, to *string, list []choice) {
	const name = "format"
	names, completions := make([]string, len(list)), make([]string, len(list))
	for i, f := range list {
		names[i], completions[i] = f.name, f.name+"\t"+"for "+f.use
	}
	last := len(names) - 1
	c.Flags().StringVar(to, name, report.HumanFormat, "output: "+strings.Join(names[:last], ", ")+" or "+names[last])
	_ = c.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(completions, cobra.ShellCompDirectiveNoFileComp))
}

// reporter makes a reporter of a format, which uses what the terminal can do.
func (a *app) reporter(f report.Format, verbose bool) report.Reporter {
	fd, tty := terminal.Of(a.out)
	name := os.Getenv("TERM")
	able := tty && name != "" && name != "dumb" // can move the cursor and has colours
	o := report.HumanOptions{
		Color: able && os.Getenv("NO_COLOR") == "",
		Live:  able && !verbose,
		Width: func() int { return terminal.Width(fd) },
	}
	r := f.New(a.out, o)
	if h, ok := r.(*report.Human); ok && o.Live {
		a.live = h
	}
	return r
}

// junitFile is the file of a JUnit report; nil: none is wanted. It is created before
// the run, so that a path that cannot be written is an error at once, and no report
// of an earlier run remains.
type junitFile struct{ file *os.File }

func createJUnit(path string) (*junitFile, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, blame.Unwritable(path, err)
	}
	return &junitFile{f}, nil
}

func (j *junitFile) write(d report.Document) error {
	if j == nil {
		return nil
	}
	return blame.Join(d.Play(report.NewJUnit(j.file)), j.file.Close())
}
