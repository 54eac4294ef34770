// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
)

// counting adds up which parts of a kernel's source an exploration has run.
type counting struct {
	kernel *gcov.Kernel
	sum    gcov.Counters
}

// ran returns what a sequence has run. Nothing is known about a sequence that did not end.
func (c *counting) ran(ctx context.Context, res judge.Result) ([]gcov.File, error) {
	if res.Counters == nil {
		return nil, nil
	}
	if err := c.sum.Add(res.Counters); err != nil {
		return nil, blame.Rigf("adding up what a sequence has run: %w", err)
	}
	return c.kernel.Lines(ctx, res.Counters)
}

// files returns all source files; nil if nothing was counted.
func (c *counting) files(ctx context.Context) ([]gcov.File, error) {
	if len(c.sum) == 0 {
		return nil, nil
	}
	return c.kernel.Lines(ctx, c.sum)
}
