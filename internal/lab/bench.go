// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/images/local"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/series"
)

// Bench builds variants of a kernel's source in a workshop, one after the
// other, and runs cases on each.
type Bench struct {
	Runner
	Workshop *kbuild.Workshop
	Cases    []*casefile.Case
	Built    func() // called when a build has ended; may be nil

	kernel *images.Kernel // the last one built
}

func (b *Bench) build(ctx context.Context) error {
	dir, err := b.Workshop.Build(ctx)
	if b.Built != nil {
		b.Built()
	}
	if err != nil {
		return err
	}
	b.kernel, err = local.Tree(dir)
	return err
}

// Patched is a bench for the patches of a series.
type Patched struct {
	*Bench
	Order func(series.Patch) []*casefile.Case // the cases for the kernel with that patch
}

var _ series.Lab = Patched{}

// Apply implements [series.Lab].
func (p Patched) Apply(ctx context.Context, patch series.Patch) error {
	if err := patch.Apply(ctx, p.Workshop); err != nil {
		return err
	}
	p.Cases = p.Order(patch)
	return nil
}

// Build implements [series.Lab].
func (p Patched) Build(ctx context.Context) error { return p.build(ctx) }

// Broken implements [series.Lab].
func (p Patched) Broken(err error) bool { return errors.Is(err, kbuild.ErrBroken) }

// Run implements [series.Lab].
func (p Patched) Run(ctx context.Context) ([]judge.Result, error) {
	selftests, err := p.selftestsOf(ctx, p.Workshop.Dir()) // a patch may change them, too
	if err != nil && blame.Of(err) != blame.User {
		return nil, err
	}
	results, lost := p.runBoth(ctx, p.kernel, p.Cases, selftests)
	if err != nil && lost == nil {
		results = append(results, unreadable(err))
	}
	return results, lost
}
