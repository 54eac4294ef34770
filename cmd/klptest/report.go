// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
)

// reportOptions are the flags of `klptest report`.
type reportOptions struct {
	format  string
	out     string
	slowest int
	schema  bool
}

func (a *app) reportCommand() *cobra.Command {
	var o reportOptions
	c := &cobra.Command{
		Use:   "report DIR|FILE...",
		Short: "Show the results of earlier runs in any format",
		Long: `Show the results of runs in any format, from directories that klptest run --out
writes, from directories of such directories, and from JSON reports. The results of
a killed run are shown as far as they go.

Several runs are merged. Results of one run (--run-id) on one kernel become one
report, in which a case that was run again counts once, with the last result of a
run that was not cut short.

The exit status is that of the worst run.`,
		Example: `  klptest run --out results
  klptest report results
  klptest report shard-* --out merged
  klptest report results --format junit > run.xml`,
		Args: func(c *cobra.Command, args []string) error {
			if o.schema {
				return flags.Takes(0, 0)(c, args)
			}
			return flags.Takes(1, flags.AnyNumber)(c, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if o.schema {
				_, err := io.WriteString(a.out, report.Schema)
				return err
			}
			return a.report(args, o)
		},
	}
	formatFlag(c, &o.format, formatChoices())
	slowestFlag(c.Flags(), &o.slowest)
	c.Flags().Var(flags.FileName(&o.out), "out", "write the results to `directory` in all formats, instead of showing them")
	c.Flags().BoolVar(&o.schema, "schema", false, "print the JSON Schema of results.json")
	flags.Rules{Apart: [][2]string{{"out", "format"}, {"schema", "out"}, {"schema", "format"}}}.Of(c)
	return c
}

func (a *app) report(paths []string, o reportOptions) error {
	f, err := report.FormatNamed(o.format)
	if err != nil {
		return err
	}
	read := results.ReadBrief
	if f.Observed || o.out != "" {
		read = results.Read
	}
	docs, err := read(paths)
	if err != nil {
		return err
	}
	docs = results.Merge(docs)
	if o.out != "" {
		if err = apart(o.out, paths); err == nil {
			err = a.keep(docs, o.out)
		}
	} else {
		err = a.show(docs, f, o.slowest)
	}
	if err != nil {
		return err
	}
	return a.ended(docs)
}

// apart refuses to write results to one of the directories that were read: its logs
// would be gone before they are copied. A file in it counts as the directory.
func apart(out string, paths []string) error {
	for _, path := range paths {
		if same(path, out) || results.In(out) && (same(path, filepath.Dir(out)) || same(filepath.Dir(path), out)) {
			return blame.AdviseUserf("name another directory", "--out %s is one of the directories that are read", out)
		}
	}
	return nil
}

// same reports whether two paths lead to one directory.
func same(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// keep writes the runs to a results directory.
func (a *app) keep(docs []report.Document, out string) error {
	dir, err := a.createResults(out)
	if err != nil {
		return err
	}
	for _, d := range docs {
		err = blame.Join(err, dir.Add(d))
	}
	return blame.Join(err, dir.Close())
}

// show writes the runs in a format.
func (a *app) show(docs []report.Document, f report.Format, slowest int) error {
	if len(docs) > 1 && f.Write != nil {
		return f.Write(a.out, docs)
	}
	for _, d := range docs {
		if err := d.Play(a.reporter(f, true, slowest)); err != nil {
			return err
		}
	}
	if len(docs) > 1 {
		_, err := io.WriteString(a.out, across(docs)+report.Total(docs))
		return err
	}
	return nil
}

// across returns what only several runs together show about which tests are not
// deterministic. What one run shows by itself is in its report.
func across(docs []report.Document) string {
	alone := map[string]bool{}
	for _, d := range docs {
		for line := range strings.Lines(report.FlakeLines([]report.Document{d})) {
			alone[line] = true
		}
	}
	var b strings.Builder
	for line := range strings.Lines(report.FlakeLines(docs)) {
		if !alone[line] {
			b.WriteString(line)
		}
	}
	return b.String()
}

// ended prints why runs ended early. Its error has the exit status of the worst run.
func (a *app) ended(docs []report.Document) error {
	worst := exit.Nothing
	for _, d := range docs {
		if d.Error != "" {
			fmt.Fprintln(a.err, "klptest:", printable.Text(strings.TrimRight(d.Message(), "\n")))
		}
		worst = exit.Worse(worst, d.Status)
	}
	if worst != exit.Passed {
		return verdicts(worst)
	}
	return nil
}
