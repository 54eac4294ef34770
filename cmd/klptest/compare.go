// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/klptest/klptest/internal/compare"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/flags"
	"github.com/klptest/klptest/internal/report"
	"github.com/klptest/klptest/internal/results"
)

// compareOptions are the flags of `klptest compare`.
type compareOptions struct {
	old    []string
	latest bool
	format string
}

func (a *app) compareCommand() *cobra.Command {
	var o compareOptions
	c := &cobra.Command{
		Use:   "compare OLD NEW...",
		Short: "Show what changed between the results of two runs",
		Long: `Compare the results of two runs, each a directory of klptest run --out or a report
in JSON, and list the cases that are newly failing, still failing (for the same
reason or another), flaky, fixed, gone and new.

Several runs on one side are several observations of its cases: a case that both
failed and passed on a kernel is flaky. All arguments but the first are the new side;
with --old, all arguments are. With --latest, only the latest verdict on each case counts
on the old side, such as that of the last night in which its kernel was there.

Kernels are matched by the value of --kernel, so that today's debian:6.12 is compared
with yesterday's. If each side has one kernel, the two match whatever their names.

A new run that ended early, or in which cases are an ERROR, is listed as incomplete.

Exit status: 0 no case is newly failing, 1 one is, 2 usage, 3 none is, but a new run is
incomplete, 4 the new side has no results, or nothing but SKIPs.`,
		Example: `  klptest compare yesterday today
  klptest compare main branch --format markdown > comment.md
  klptest compare --old mon --old tue wed thu
  klptest compare --old mon --old tue --latest wed`,
		Args: func(c *cobra.Command, args []string) error {
			return flags.Takes(max(1, 2-len(o.old)), flags.AnyNumber)(c, args)
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(o.old) == 0 {
				o.old, args = args[:1], args[1:]
			}
			return a.compare(args, o)
		},
	}
	c.Flags().StringArrayVar(&o.old, "old", nil, "a `directory` or report of the old side, instead of the first argument; may be repeated")
	c.Flags().BoolVar(&o.latest, "latest", false, "compare with the latest verdict on each case among several old runs, instead of with all of them")
	formatFlag(c, &o.format, compareChoices())
	return c
}

func compareChoices() (list []choice) {
	for _, f := range compare.Formats {
		list = append(list, choice{f.Name, f.For})
	}
	return list
}

func (a *app) compare(present []string, o compareOptions) error {
	for _, f := range compare.Formats {
		if f.Name != o.format {
			continue
		}
		before, now, empty, err := readBoth(o.old, present)
		if err != nil {
			return err
		}
		if o.latest {
			before = compare.Latest(before)
		}
		c := compare.Compare(before, now)
		c.Incomplete = append(c.Incomplete, empty...)
		if err := f.Write(c, a.out); err != nil {
			return err
		}
		return changed(c, now)
	}
	var names []string
	for _, f := range compare.Formats {
		names = append(names, f.Name)
	}
	return report.UnknownFormat(o.format, names)
}

// readBoth reads the two sides at the same time. New paths without results are in empty.
func readBoth(old, present []string) (before, now []report.Document, empty []compare.Incomplete, err error) {
	var g errgroup.Group
	g.Go(func() (err error) {
		before, err = results.ReadBrief(old)
		return err
	})
	g.Go(func() (err error) {
		now, empty, err = readNew(present)
		return err
	})
	err = g.Wait()
	return results.Merge(before), results.Merge(now), empty, err
}

// readNew reads the new side. A path to which a run has written nothing yet is no mistake.
func readNew(paths []string) (docs []report.Document, empty []compare.Incomplete, err error) {
	for _, path := range paths {
		more, err := results.ReadBrief([]string{path})
		switch {
		case results.Nothing(err):
			empty = append(empty, compare.Incomplete{On: path, Why: err.Error()})
		case err != nil:
			return nil, nil, err
		}
		docs = append(docs, more...)
	}
	return docs, empty, nil
}

// changed returns the exit status of a comparison as an error, or nil.
func changed(c compare.Comparison, now []report.Document) error {
	ran := slices.ContainsFunc(now, func(d report.Document) bool { return report.ExitCode(d.Results()) != exit.Nothing })
	switch {
	case c.Counts[compare.NewlyFailing] > 0:
		return verdicts(exit.Failed)
	case len(now) == 0:
		return verdicts(exit.Nothing)
	case len(c.Incomplete) > 0:
		return verdicts(exit.Error)
	case !ran:
		return verdicts(exit.Nothing)
	}
	return nil
}
