// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

const (
	defaultWait    = time.Minute     // for one transition
	defaultTimeout = 5 * time.Minute // for a case

	// answerGrace is how long a machine may take to report a wait that
	// timed out when the case's time is up as well.
	answerGrace = 10 * time.Second

	// endLimit bounds the inspection at the end, which may include a long scan
	// for leaks.
	endLimit = 2 * time.Minute
)

// limitOf returns how long the case may take.
func limitOf(c *casefile.Case) time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return defaultTimeout
}

// waitLimit returns how long one command may take.
func waitLimit(c *casefile.Case) time.Duration { return min(cmp.Or(c.Wait, defaultWait), limitOf(c)) }

// Run runs the case on a machine and judges what it sees. A command that fails
// unexpectedly does not end the run, so that the rest unloads the modules; a
// wait that times out does. The machine is unchanged only when the verdict is
// Pass or Skip and the case has neither Taints nor Leaves.
func Run(ctx context.Context, m machine.Machine, c *casefile.Case) Result {
	started := time.Now()
	res := run(ctx, m, c)
	res.Duration = time.Since(started)
	return res
}

// Skipped reports whether Run would skip the case, and with which result. Errors are
// left to Run.
func Skipped(ctx context.Context, m machine.Machine, c *casefile.Case) (res Result, skip bool) {
	f, err := m.Facts(ctx, c.SysfsAttrs())
	if err != nil {
		return Result{}, false
	}
	return skipped(c, f)
}

func skipped(c *casefile.Case, f machine.Facts) (res Result, skip bool) {
	why := c.Skip(f)
	if why == "" {
		return Result{}, false
	}
	res = newResult(c)
	res.Verdict, res.Reasons = Skip, []string{why}
	return res, true
}

func run(ctx context.Context, m machine.Machine, c *casefile.Case) Result {
	f, err := m.Facts(ctx, c.SysfsAttrs())
	if err != nil {
		return Broken(c, err)
	}
	if res, skip := skipped(c, f); skip {
		return res
	}
	o, err := observe(ctx, m, c, f)
	return conclude(c, o, err)
}

// observe runs the commands. Its observation counts even when it returns an
// error.
func observe(ctx context.Context, m machine.Machine, c *casefile.Case, f machine.Facts) (Observation, error) {
	o := Observation{Facts: f}
	late := blame.Rigf("the case did not end within %s", limitOf(c))
	whole := ctx
	ctx, cancel := context.WithTimeoutCause(whole, limitOf(c)+answerGrace, late)
	defer cancel()
	if err := m.Begin(ctx); err != nil {
		return o, because(ctx, err)
	}
	deadline := time.Now().Add(limitOf(c))
	var said machine.Volume
	for _, s := range c.Resolve(f) {
		limit := min(waitLimit(c), time.Until(deadline))
		if limit <= 0 {
			return o, late
		}
		a, err := m.Step(ctx, s.Command, limit)
		err = cmp.Or(err, said.Add(a.Output, a.Records))
		o.Answers, o.End.Starved = append(o.Answers, a), a.Starved
		if err != nil {
			return o, fmt.Errorf("%% %s: %w", s.Command.Text, because(ctx, err))
		}
		if a.Stall != nil {
			break
		}
	}
	ctx, cancel = context.WithTimeoutCause(whole, endLimit, blame.Rigf("the state after the case was not known within %s", endLimit))
	defer cancel()
	var err error
	o.End, err = m.End(ctx)
	return o, because(ctx, cmp.Or(err, said.Add("", o.End.Records)))
}

// because returns the cause of ctx's end if that explains the error.
func because(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil && blame.Of(err) != blame.Kernel {
		return context.Cause(ctx)
	}
	return err
}
