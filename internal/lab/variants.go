// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"slices"
	"time"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/images/local"
	"github.com/klptest/klptest/internal/variants"
)

// Variants builds kernels of one source with different options, each in a
// directory of its own, and runs cases on them.
type Variants struct {
	Runner
	Builder kbuild.Builder
	Cases   []*casefile.Case
	Begin   func(variants.Kernel) // called for each kernel; may be nil
	Built   func()                // called when a build has ended; may be nil
}

var _ variants.Lab = Variants{}

// Try implements [variants.Lab].
func (v Variants) Try(ctx context.Context, k variants.Kernel, only []judge.ID) variants.Trial {
	t := variants.Trial{Kernel: k}
	if v.Begin != nil {
		v.Begin(k)
	}
	b := v.Builder
	b.Options = k.Fragments()
	started := time.Now()
	dir, err := b.Build(ctx)
	if v.Built != nil {
		v.Built()
	}
	if t.Built, t.Err = time.Since(started), err; err != nil {
		return t
	}
	kernel, err := local.Tree(dir)
	if err != nil {
		t.Err = err
		return t
	}
	t.Results, t.Err = v.Run(ctx, kernel, v.only(only))
	return t
}

// only returns those cases; without any, all cases.
func (v Variants) only(list []judge.ID) []*casefile.Case {
	return slices.DeleteFunc(slices.Clone(v.Cases), func(c *casefile.Case) bool {
		return len(list) > 0 && !slices.Contains(list, judge.ID{Name: c.Name, File: c.File})
	})
}
