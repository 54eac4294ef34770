// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
)

// runBatch runs sequences until one differs or time is up, and explains the
// difference.
func (x *explorer) runBatch(ctx context.Context, batch []sequence) error {
	if len(batch) == 0 {
		return nil
	}
	judged, done := false, 0
	var last judge.Result
	for res, err := range x.run(ctx, casesOf(batch)) {
		if errors.Is(err, errBudget) {
			break
		}
		if err != nil {
			return err
		}
		if err := x.count(ctx, batch[done], res); err != nil {
			return err
		}
		x.tell("")
		last, done = res, done+1
		judged = judged || isJudged(res)
		if res.Verdict == judge.Fail {
			break
		}
	}
	x.cut = done < len(batch)
	if !judged && ctx.Err() == nil {
		return notJudged(last, done)
	}
	if last.Verdict != judge.Fail {
		return nil
	}
	var err error
	x.report.Difference, err = x.explain(ctx, batch[done-1], last)
	return err
}

// isJudged reports whether a result says something about the kernel. A sequence that cannot
// run there says as little as an ERROR.
func isJudged(res judge.Result) bool { return res.Verdict != judge.Error && res.Verdict != judge.Skip }

// notJudged returns the error of a batch in which nothing was judged: later
// batches would fare no better.
func notJudged(last judge.Result, n int) error {
	return &blame.Error{
		Party:   blame.Rig,
		Summary: fmt.Sprintf("none of %d sequences was judged: %s", n, strings.Join(last.Reasons, "; ")),
		Advice:  last.Advice,
		Tail:    last.Tail,
		Path:    last.Log,
	}
}

// tell reports the progress.
func (x *explorer) tell(looking string) {
	x.report.Elapsed, x.report.Looking = time.Since(x.started), looking
	if x.Progress != nil {
		x.Progress(x.report.Progress)
	}
}

// skipped reports whether an earlier run has done a sequence, and if so counts
// it.
func (x *explorer) skipped(q sequence) bool {
	if x.report.Sequences >= x.Skip {
		return false
	}
	x.report.Sequences++
	x.cover(q)
	return true
}

func casesOf(batch []sequence) []*casefile.Case {
	var list []*casefile.Case
	for _, q := range batch {
		list = append(list, q.c)
	}
	return list
}

func (x *explorer) count(ctx context.Context, q sequence, res judge.Result) error {
	p := &x.report.Progress
	p.Sequences++
	p.Operations += len(q.c.Steps)
	if !isJudged(res) {
		p.Unjudged++
		p.Trouble = cmp.Or(p.Trouble, strings.Join(res.Reasons, "; "))
		return nil
	}
	x.cover(q)
	return x.learn(ctx, q, res)
}

// cover notes which transitions of the model have been seen.
func (x *explorer) cover(q sequence) {
	x.covered.add(q.edges)
	x.known.add(q.edges)
	x.report.Transitions, x.report.Known = len(x.covered), len(x.known)
}
