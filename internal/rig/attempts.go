// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"fmt"

	"github.com/klptest/klptest/cases/judge"
)

// attempts are the runs of one case.
type attempts struct {
	*runner
	test Test
	step func(string)
}

// first is the first run whose result counts.
func (a *attempts) first(ctx context.Context) judge.Result {
	res := a.runCase(ctx, a.source, a.test, true, a.step)
	if a.doubtful(res) && ctx.Err() == nil {
		step := func(step string) { a.step("on a guest of its own: " + step) }
		if own := a.runCase(ctx, a.fresh, a.test, true, step); ctx.Err() == nil {
			res = res.Replace(own)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.allowance.first += res.Duration
	return res
}

// settle runs the case again if its result is not final: the result of another
// attempt replaces a transient ERROR, and further runs confirm a FAIL. When ctx
// ends, the result stays as it is.
func (a *attempts) settle(ctx context.Context, res judge.Result) judge.Result {
	if a.confirm == 0 || res.Verdict != judge.Fail && !res.Transient {
		return res
	}
	if !a.granted() {
		return res.Unconfirmed()
	}
	for n := uint(0); n < a.confirm && res.Transient && ctx.Err() == nil; n++ {
		if again := a.again(ctx, "trying again", n, true); ctx.Err() == nil {
			res = res.Replace(again)
		}
	}
	for n := uint(0); n < a.confirm && res.Verdict == judge.Fail && ctx.Err() == nil; n++ {
		if again := a.again(ctx, "confirming", n, false); ctx.Err() == nil {
			res = res.Confirm(again)
		}
	}
	return res
}

// doubtful reports whether an earlier test on the same guest may have caused a result.
func (a *attempts) doubtful(res judge.Result) bool {
	return a.proven && res.Confirmation.Shared && res.Verdict != judge.Pass && res.Verdict != judge.Skip
}

func (a *attempts) granted() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.allowance.grant()
}

// again is a further run on a fresh guest. keep makes the logs of a run that does
// not pass outlive its guest. The count includes the first run.
func (a *attempts) again(ctx context.Context, what string, n uint, keep bool) judge.Result {
	prefix := fmt.Sprintf("%s (%d of %d): ", what, n+2, a.confirm+1)
	res := a.runCase(ctx, a.fresh, a.test, keep, func(step string) { a.step(prefix + step) })
	a.mu.Lock()
	defer a.mu.Unlock()
	a.allowance.further += res.Duration
	return res
}
