// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"iter"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/rig"
)

// onRig is what runs an explorer's cases on a rig, with one of its ways to run.
func onRig(run func(context.Context, []*cases.Case, rig.Events) ([]cases.Result, error)) explore.Runner {
	return func(ctx context.Context, list []*cases.Case) iter.Seq2[cases.Result, error] {
		return func(yield func(cases.Result, error) bool) {
			_, err := run(ctx, list, heeded{more: func(r cases.Result) bool { return yield(r, nil) }})
			if err != nil && !errors.Is(err, errEnough) {
				yield(cases.Result{}, err)
			}
		}
	}
}
