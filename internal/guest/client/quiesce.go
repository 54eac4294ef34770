// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/klptest/klptest/internal/guest/wire"
)

const seedSize = 64

// Quiesce readies the guest for a snapshot: what each case begins and ends
// with has been done once, so that its clones need not do it for the first
// time. Then the guest is at the best moment of a second, if hz says how many
// jiffies one has (CONFIG_HZ; 0: not known). Close the session, and the SSH
// connection, before the snapshot.
func (c *Client) Quiesce(ctx context.Context, hz uint64) error {
	_, err := c.call(ctx, grace, wire.Request{Op: wire.OpQuiesce, HZ: hz})
	return err
}

// Renew makes a clone of a guest its own: it gets fresh random numbers and the
// time of day, which are the template's until then. It belongs before the
// first step.
func (c *Client) Renew(ctx context.Context) error {
	seed := make([]byte, seedSize)
	_, _ = rand.Read(seed) // never fails
	_, err := c.call(ctx, grace, wire.Request{Op: wire.OpRenew, Renew: &wire.Renewal{Seed: seed, Now: time.Now()}})
	return err
}
