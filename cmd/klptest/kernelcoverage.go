// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
	"github.com/klptest/klptest/internal/uncovered"
)

func (a *app) kernelCoverageCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "coverage DIR",
		Short: "Explain which lines of kernel/livepatch no case has run",
		Long: `Write a document, in Markdown, about a run with --gcov, from its results in DIR:
how much of each source file was run, and each line that was not, with the reason where
klptest knows one. Lines without a reason are before all others.`,
		Example: `  klptest run --gcov --kernel KDIR --out results
  klptest kernel coverage results > coverage.md`,
		Args: takes(1, 1),
		RunE: func(_ *cobra.Command, args []string) error { return writeUncovered(a.out, args[0]) },
	}
}

func writeUncovered(w io.Writer, dir string) error {
	docs, err := results.ReadBrief([]string{dir})
	if err != nil {
		return err
	}
	reasons, err := uncovered.Shipped()
	if err != nil {
		return err
	}
	for _, d := range docs {
		if len(d.Coverage) > 0 {
			return (uncovered.Document{Kernel: d.Release, Cases: counted(d), Files: d.Coverage}).Write(w, reasons)
		}
	}
	return blame.AdviseUserf("klptest run --gcov --out "+dir+" writes some that do", "the results in %s do not tell what was run of the kernel", dir)
}

// counted are the cases that told what they have run.
func counted(d report.Document) (n int) {
	for _, o := range d.Outcomes {
		if o.Ran != nil {
			n++
		}
	}
	return n
}
