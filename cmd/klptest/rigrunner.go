// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"iter"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/rig"
)

// onRig is what runs an explorer's cases on a rig, with one of its ways to run.
func onRig(run func(context.Context, []*casefile.Case, rig.Events) ([]judge.Result, error)) explore.Runner {
	return func(ctx context.Context, list []*casefile.Case) iter.Seq2[judge.Result, error] {
		return func(yield func(judge.Result, error) bool) {
			_, err := run(ctx, list, heeded{more: func(r judge.Result) bool { return yield(r, nil) }})
			if err != nil && !errors.Is(err, errEnough) {
				yield(judge.Result{}, err)
			}
		}
	}
}
