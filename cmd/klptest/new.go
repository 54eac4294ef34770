// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/paste"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/kmods"
)

// newOptions are the flags of `klptest new`.
type newOptions struct {
	paste.Options
	sources string
	explain bool
}

func (a *app) newCommand() *cobra.Command {
	var o newOptions
	c := &cobra.Command{
		Use:   "new [REPORT|-]",
		Short: "Make a case from a bug report: a log, a terminal session, a selftest's output, a mail",
		Long: `Make a case from a pasted report, and print it. The report is a kernel log in any
form (dmesg, journalctl, syslog, a serial console), a terminal session, numbered
steps, the output, diff or source of a kernel selftest, a FAIL of klptest, or a
whole mail with any of these. Commands that are missing from the text are inferred from its log.
klptest's own livepatches stand in for the reporter's, unless --sources has their C.

The case expects what a model of a healthy kernel predicts. A splat, a stall, a
command that fails unexpectedly, or a difference in the report becomes its Symptom.
So the case passes on a healthy kernel, and a FAIL says whether it is the reported one.

--explain prints what each line was taken for, instead of the case. Without
REPORT, or with -, standard input is read.`,
		Example: `  klptest new report.txt > bug.txtar
  klptest new --explain report.txt
  klptest new --test 'atomic replace' selftest.log > bug.txtar
  klptest new --sources ~/linux/tools/testing/selftests/livepatch report.txt > bug.txtar`,
		Args: flags.Takes(0, 1),
		RunE: func(c *cobra.Command, args []string) error {
			in, done, err := a.open(c.Context(), append(args, standardInput)[0], "the report")
			if err != nil {
				return err
			}
			defer done()
			return a.newCase(c.Context(), in, o)
		},
	}
	c.Flags().StringVar(&o.Title, "title", "", "title of the case, its first line")
	c.Flags().StringVar(&o.Test, "test", "", "if the text has several tests, take this one: its `NAME` or its number")
	c.Flags().StringVar(&o.sources, "sources", "", "take the C of the report's modules from `directory`, such as a kernel tree")
	c.Flags().BoolVar(&o.explain, "explain", false, "print what each line of the text was taken for, instead of the case")
	return c
}

func (a *app) newCase(ctx context.Context, in io.Reader, o newOptions) error {
	if o.sources != "" {
		if info, err := os.Stat(o.sources); err != nil || !info.IsDir() {
			return blame.Userf("--sources %s is not a directory", o.sources)
		}
		o.Options.Sources = os.DirFS(o.sources)
	}
	made, err := paste.Read(ctx, in, o.Options)
	if file, ok := errors.AsType[*fs.PathError](err); ok {
		err = blame.Unreadable(file.Path, err) // a directory can be opened
	}
	if o.explain && made != nil {
		a.explainLines(made.Explained)
	}
	if err != nil || o.explain {
		return err
	}
	if _, err := a.out.Write(made.Case); err != nil {
		return err
	}
	return a.whatNext(made)
}

func (a *app) explainLines(list []paste.Explanation) {
	for _, e := range list {
		fmt.Fprintf(a.out, "%5d  %-8s %-36s %s\n", e.Line, e.Kind, printable.Line(e.Why), printable.Line(e.Text))
	}
}

// whatNext checks the case, and suggests what to do with it.
func (a *app) whatNext(made *paste.Made) error {
	c, err := casefile.Parse("new.txtar", made.Case)
	if err != nil {
		return err
	}
	for _, p := range casefile.Check(c, kmods.Names()) {
		a.notice("to fix: " + p.String())
	}
	switch {
	case !made.Predicted:
		a.notice("not predicted; fill in what a good kernel does: klptest run --kernel GOOD --update FILE.txtar")
	case made.Partly:
		a.notice("partly predicted; fill in what a good kernel does: klptest run --kernel GOOD --update FILE.txtar")
	default:
		a.notice("next: klptest run FILE.txtar; a healthy kernel passes")
	}
	if made.Symptom != "" {
		a.notice("then: klptest run --kernel DIR FILE.txtar; a FAIL says whether it is the reported " + made.Symptom)
	}
	if len(made.Related) > 0 {
		var names []string
		for _, r := range made.Related {
			names = append(names, r.Name)
		}
		a.notice("related shipped cases: " + strings.Join(names, ", "))
	}
	return nil
}
