// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
)

// counting adds up what an exploration has run of a kernel's source.
type counting struct {
	kernel *gcov.Kernel
	sum    gcov.Counters
}

// ran is what a sequence has run. Nothing is known of one that has not come to its end.
func (c *counting) ran(ctx context.Context, res judge.Result) ([]gcov.File, error) {
	if res.Counters == nil {
		return nil, nil
	}
	if err := c.sum.Add(res.Counters); err != nil {
		return nil, blame.Rigf("adding up what a sequence has run: %w", err)
	}
	return c.kernel.Lines(ctx, res.Counters)
}

// files are all source files; nil when nothing was counted.
func (c *counting) files(ctx context.Context) ([]gcov.File, error) {
	if len(c.sum) == 0 {
		return nil, nil
	}
	return c.kernel.Lines(ctx, c.sum)
}
