// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/report"
)

// coverage adds up which lines of the kernel's source the tests of a run have run. It is
// nil without --gcov.
type coverage struct {
	kernel *gcov.Kernel
	sum    gcov.Counters
	err    error // the first
}

func newCoverage(k *gcov.Kernel) *coverage {
	if k == nil {
		return nil
	}
	return &coverage{kernel: k, sum: gcov.Counters{}}
}

// with returns a function that adds to each outcome what its test has run.
func (c *coverage) with(ctx context.Context, outcome func(int, judge.Result) report.Outcome) func(int, judge.Result) report.Outcome {
	if c == nil {
		return outcome
	}
	return func(i int, res judge.Result) report.Outcome {
		counters := res.Counters
		res.Counters = nil // the sum has them
		o := outcome(i, res)
		if counters != nil && c.err == nil {
			o.Ran, c.err = c.add(ctx, res.Name, counters)
		}
		return o
	}
}

// add adds what a test has run to the sum, and returns it.
func (c *coverage) add(ctx context.Context, name string, counters gcov.Counters) (map[string]gcov.Ran, error) {
	if err := c.sum.Add(counters); err != nil {
		return nil, blame.Rigf("adding up what %s has run: %w", name, err)
	}
	files, err := c.kernel.Lines(ctx, counters)
	if err != nil {
		return nil, err
	}
	return gcov.RanOf(files), nil
}

// files returns all source files; nil if no test has counted anything.
func (c *coverage) files(ctx context.Context) ([]gcov.File, error) {
	switch {
	case c == nil:
		return nil, nil
	case c.err != nil || len(c.sum) == 0:
		return nil, c.err
	}
	return c.kernel.Lines(ctx, c.sum)
}

// counted adds the coverage of a run to its document.
func (a *app) counted(ctx context.Context, ran *coverage, d *report.Document, o runOptions) error {
	files, err := ran.files(context.WithoutCancel(ctx))
	d.Coverage = files
	var listErr error
	if d.Listing, listErr = a.listing(ctx, files, o); listErr != nil {
		a.notice("what was run is not kept: " + listErr.Error())
	}
	return err
}

// listing returns the directory where people can look at what was run. Without --out,
// it is in the cache, which removes it some day.
func (a *app) listing(ctx context.Context, files []gcov.File, o runOptions) (dir string, err error) {
	if len(files) == 0 || o.coverageDir != "" {
		return o.coverageDir, nil
	}
	store, err := a.openCache(ctx)
	if err != nil {
		return "", err
	}
	dir, release, err := store.Temp("coverage")
	if err != nil {
		return "", err
	}
	defer release()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	return dir, blame.Join(gcov.WriteFolder(root, ".", "klptest", files), root.Close(), store.Keep(dir, false))
}
