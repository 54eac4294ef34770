// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/rig"
)

// bench builds variants of a kernel and runs cases on them.
type bench struct {
	app      *app
	workshop *kbuild.Workshop
	cases    []*casefile.Case
	options  rig.Options
	kernel   string // the build directory of what was built last
	clear    func() // removes the line that shows a build
}

func (b *bench) build(ctx context.Context) (err error) {
	b.kernel, err = b.workshop.Build(ctx)
	b.clear()
	return err
}

// Run runs the cases on the kernel that was built last.
func (b *bench) Run(ctx context.Context) ([]judge.Result, error) {
	o := b.options
	o.Kernel = b.kernel
	return b.app.quietRun(ctx, b.cases, o)
}
