// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/initramfs"
	"github.com/klptest/klptest/internal/kselftests"
	"github.com/klptest/klptest/internal/rig"
	"github.com/klptest/klptest/kmods"
)

// Selftests are the kernel's own. Each kernel is given those of its own source.
type Selftests struct {
	Scripts []string // by name; empty: all
	Limit   time.Duration
	World   []initramfs.Node // the programs that scripts call
}

// selftestsOf reads the selftests of a source tree, and builds their programs. A nil
// Selftests has none.
func (r Runner) selftestsOf(ctx context.Context, source string) (tests []rig.Test, err error) {
	if r.Selftests == nil {
		return nil, nil
	}
	suite, err := kselftests.Read(source)
	if err != nil {
		return nil, err
	}
	scripts, err := suite.Select(r.Selftests.Scripts)
	if err != nil {
		return nil, err
	}
	b := &kmods.Builder{Cache: r.Cache, Trust: r.Options.Trust, Notice: r.Options.Notice}
	list, err := suite.Tests(ctx, b, scripts, r.Selftests.Limit)
	for _, t := range list {
		tests = append(tests, t)
	}
	return tests, err
}

// runBoth runs the cases and then the selftests, if there are any.
func (r Runner) runBoth(ctx context.Context, k *images.Kernel, list []*casefile.Case, selftests []rig.Test) (results []judge.Result, err error) {
	if len(list) > 0 {
		results, err = r.Run(ctx, k, list)
	}
	if err != nil || len(selftests) == 0 {
		return results, err
	}
	r.Options.World, r.Options.Guests = r.Selftests.World, rig.Cloned // nothing tells what a script leaves behind
	more, err := r.run(ctx, k, batch{tests: selftests})
	return append(results, more...), err
}
