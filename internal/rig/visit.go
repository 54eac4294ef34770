// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/kmods"
)

// wanted returns all shipped modules and those of c, which may be nil.
func (r *Rig) wanted(ctx context.Context, c *casefile.Case) ([]kmods.Module, error) {
	list, err := r.modules.all()
	if err != nil || c == nil {
		return list, err
	}
	own, err := r.modules.of(ctx, Case(c))
	return append(list, own...), err
}

// Visit prepares the rig's machine for a person: it gets all shipped modules and those of
// c, and runs the commands of c, regardless of what c expects. c may be nil. The machine
// stays that way until Close.
func (r *Rig) Visit(ctx context.Context, c *casefile.Case) (res judge.Result, err error) {
	if err := r.solo.ready(ctx); err != nil {
		return res, err
	}
	list, err := r.wanted(ctx, c)
	if err == nil {
		err = r.solo.now.put(ctx, list)
	}
	if err != nil || c == nil {
		return res, err
	}
	res = judge.Run(ctx, r.solo.now.machine(c.Name, func(string) {}), c)
	return res, context.Cause(ctx)
}
