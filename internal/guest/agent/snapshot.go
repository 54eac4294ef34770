// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/wire"
)

const maxSeed = 256 // as much as getrandom(2) promises to return at once

func (a *Agent) quiesce(ctx context.Context, hz uint64) error {
	if err := a.Begin(ctx); err != nil {
		return err
	}
	if _, err := a.End(ctx); err != nil {
		return err
	}
	a.close()
	a.awaitPhase(ctx, hz)
	return nil
}

func (a *Agent) renew(r *wire.Renewal) error {
	if r == nil || len(r.Seed) == 0 || len(r.Seed) > maxSeed || r.Now.IsZero() {
		return blame.Rigf("a renewal without a seed or a time")
	}
	return a.kernel.Renew(r.Seed, r.Now)
}
