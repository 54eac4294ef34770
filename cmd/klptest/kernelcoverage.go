// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
	"github.com/klptest/klptest/internal/uncovered"
)

func (a *app) kernelCoverageCommand() *cobra.Command {
	var patch string
	var names bool
	c := &cobra.Command{
		Use:   "coverage DIR",
		Short: "Explain which lines of kernel/livepatch no case has run",
		Long: `Write a Markdown document about a run with --gcov, from its results in DIR: how much
of each source file was run, and each line that was not, with the reason if klptest
knows one. Lines without a reason come first.

With --changed, tell which cases run the lines that a patch changes. Lines that no case
runs come first. The results may be of a kernel with or without the patch.`,
		Example: `  klptest run --gcov --kernel KDIR --out results
  klptest kernel coverage results > coverage.md
  klptest kernel coverage results --changed my.patch
  git diff | klptest kernel coverage results --changed -
  klptest kernel coverage results --changed my.patch --names | xargs klptest run --kernel ~/linux`,
		Args: flags.Takes(1, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if patch != "" {
				return a.whatChanges(c.Context(), args[0], patch, names)
			}
			return writeUncovered(a.out, args[0])
		},
	}
	c.Flags().StringVar(&patch, "changed", "", "tell which cases run the lines that the patch in `file` changes; - is standard input")
	c.Flags().BoolVar(&names, "names", false, "print only the names of the cases that run a changed line, the quickest first")
	flags.Rules{With: [][2]string{{"names", "changed"}}}.Of(c)
	return c
}

func writeUncovered(w io.Writer, dir string) error {
	d, err := counting(dir)
	if err != nil {
		return err
	}
	reasons, err := uncovered.Shipped()
	if err != nil {
		return err
	}
	return (uncovered.Document{Kernel: d.Release, Cases: len(telling(d)), Files: d.Coverage}).Write(w, reasons)
}

// counting returns the first run with --gcov in a directory of results.
func counting(dir string) (report.Document, error) {
	docs, err := results.ReadBrief([]string{dir})
	if err != nil {
		return report.Document{}, err
	}
	for _, d := range docs {
		if len(d.Coverage) > 0 {
			return d, nil
		}
	}
	return report.Document{}, blame.AdviseUserf("klptest run --gcov --out "+dir+" writes some that do", "the results in %s do not tell what was run of the kernel", dir)
}

// telling returns the results of the cases that have coverage.
func telling(d report.Document) []report.Outcome {
	return slices.DeleteFunc(slices.Clone(d.Outcomes), func(o report.Outcome) bool { return o.Ran == nil })
}
