// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/flags"
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

// formatFlag adds --format, and lists its values in the help and for completion.
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

// slowestFlag adds --slowest, for commands that report cases to people.
func slowestFlag(f *pflag.FlagSet, to *int) {
	f.Var(flags.Number(to, 0, 0, flags.AnyNumber), "slowest", "list the `N` slowest cases at the end")
}

// reporter makes a reporter of a format that uses the terminal's abilities. If the
// report goes to a file, the status line goes to standard error.
func (a *app) reporter(f report.Format, verbose bool, slowest int) report.Reporter {
	out := screenOf(a.out, verbose)
	out.Slowest = slowest
	r := f.New(a.out, out)
	if h, ok := r.(*report.Human); ok && out.Live {
		a.live = h
	}
	if _, tty := terminal.Of(a.out); tty {
		return r
	}
	if o := screenOf(a.err, verbose); o.Live {
		a.live = report.NewStatus(a.err, o)
		return report.Both(r, a.live)
	}
	return r
}

// screenOf returns the abilities of the terminal that a stream leads to.
func screenOf(stream any, verbose bool) report.HumanOptions {
	fd, tty := terminal.Of(stream)
	name := os.Getenv("TERM")
	able := tty && name != "" && name != "dumb" // it can move the cursor, and has colours
	o := report.HumanOptions{
		Program: asTyped(os.Args[0]),
		Color:   able && os.Getenv("NO_COLOR") == "",
		Live:    able && !verbose,
	}
	if tty {
		o.Width = func() int { return terminal.Width(fd) }
	}
	return o
}

// asTyped returns the program's name for commands shown to people: a path, if the user
// typed one.
func asTyped(name string) string {
	if strings.ContainsRune(name, '/') {
		return name
	}
	return "klptest"
}

// junitFile is the file of a JUnit report, nil if none is wanted. It is created before
// the run, so that an unwritable path is an error at once, and no report of an earlier
// run remains.
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

func (j *junitFile) write(docs []report.Document) error {
	if j == nil {
		return nil
	}
	return blame.Join(report.WriteJUnit(j.file, docs), j.file.Close())
}
