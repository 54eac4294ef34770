// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/klptest/klptest/internal/guest/wire"
)

const seedSize = 64

// Quiesce prepares the guest for a snapshot: it does once what every case
// begins and ends with, so that no clone does it for the first time. It returns
// at the best moment of a second, if hz is the number of jiffies in one
// (CONFIG_HZ; 0: unknown). Close the session and the SSH connection before the
// snapshot.
func (c *Client) Quiesce(ctx context.Context, hz uint64) error {
	_, err := c.call(ctx, grace, wire.Request{Op: wire.OpQuiesce, HZ: hz})
	return err
}

// Renew makes a clone differ from its template: the clone gets fresh random
// numbers and the time of day. Call it before the first step.
func (c *Client) Renew(ctx context.Context) error {
	seed := make([]byte, seedSize)
	_, _ = rand.Read(seed) // never fails
	_, err := c.call(ctx, grace, wire.Request{Op: wire.OpRenew, Renew: &wire.Renewal{Seed: seed, Now: time.Now()}})
	return err
}
