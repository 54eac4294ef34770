// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/rig"
)

// Selftests are the kernel's own. Each kernel runs those of its own source.
type Selftests struct {
	// Load makes tests of the scripts in a source tree. A tree that lacks them, or whose
	// programs do not build, is the user's fault.
	Load    func(ctx context.Context, source string) ([]rig.Test, error)
	Options rig.Options // of their guests
}

// selftestsOf returns the selftests of a source tree; none if r.Selftests is nil.
func (r Runner) selftestsOf(ctx context.Context, source string) ([]rig.Test, error) {
	if r.Selftests == nil {
		return nil, nil
	}
	return r.Selftests.Load(ctx, source)
}

// unreadable returns the result of selftests that a source lacks or whose programs do not
// build. Another patch may add or fix them.
func unreadable(err error) judge.Result {
	return judge.Broken(&casefile.Case{Name: "selftests"}, err)
}

// runBoth runs the cases and then the selftests, if there are any.
func (r Runner) runBoth(ctx context.Context, k *images.Kernel, list []*casefile.Case, selftests []rig.Test) (results []judge.Result, err error) {
	if len(list) > 0 {
		results, err = r.Run(ctx, k, list)
	}
	if err != nil || len(selftests) == 0 {
		return results, err
	}
	r.Options = r.Selftests.Options
	more, err := r.run(ctx, k, batch{tests: selftests})
	return append(results, more...), err
}
