// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/klptest/klptest/internal/blame"
)

const (
	seedSize = 64
	maxSeed  = 256 // as getrandom(2) promises to give at once
)

// renewal is what tells a clone from its template.
type renewal struct {
	Seed []byte    `json:"seed"`
	Now  time.Time `json:"now"`
}

// Quiesce readies the guest for a snapshot: what each case begins and ends
// with has been done once, so that its clones need not do it for the first
// time. Then the guest is at the best moment of a second, if hz says how many
// jiffies one has (CONFIG_HZ; 0: not known). Close the session, and the SSH
// connection, before the snapshot.
func (c *Client) Quiesce(ctx context.Context, hz uint64) error {
	_, err := c.call(ctx, grace, request{Op: opQuiesce, HZ: hz})
	return err
}

// Renew makes a clone of a guest its own: it gets fresh random numbers and the
// time of day, which are the template's until then. It belongs before the
// first step.
func (c *Client) Renew(ctx context.Context) error {
	seed := make([]byte, seedSize)
	_, _ = rand.Read(seed) // never fails
	_, err := c.call(ctx, grace, request{Op: opRenew, Renew: &renewal{Seed: seed, Now: time.Now()}})
	return err
}

func (a *agent) quiesce(ctx context.Context, hz uint64) error {
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

func (a *agent) renew(r *renewal) error {
	if r == nil || len(r.Seed) == 0 || len(r.Seed) > maxSeed || r.Now.IsZero() {
		return blame.Rigf("a renewal without a seed or a time")
	}
	return a.kernel.renew(r.Seed, r.Now)
}
