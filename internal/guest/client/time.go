// SPDX-License-Identifier: Apache-2.0

package client

import (
	"sync/atomic"
	"time"
)

// Time is what the host knows of the guest's time.
type Time struct {
	// Starved is how long the guest has waited for a CPU of the host so far; the
	// client's limits do not count this time. It may be nil.
	Starved func() time.Duration
	// Jumps means that an idle guest goes on at its next timer at once, so the agent must
	// not let the guest be idle while it waits for the host.
	Jumps bool
}

// lag is how far the guest's time has fallen behind the host's since a request began. A
// guest whose time is virtual falls behind while it talks to a device: that takes the
// host long, but the guest only few instructions.
type lag struct {
	began   time.Time
	starved func() time.Duration
	behind  atomic.Int64 // at the last sign of life
}

func newLag(starved func() time.Duration) *lag {
	l := &lag{began: time.Now(), starved: func() time.Duration { return 0 }}
	if starved != nil {
		before := starved()
		l.starved = func() time.Duration { return starved() - before }
	}
	return l
}

// heard notes how long the request has taken by the guest's time.
func (l *lag) heard(elapsed time.Duration) {
	l.behind.Store(int64(max(0, time.Since(l.began)-elapsed)))
}

// total returns the larger of the two delays: a guest that waits for a CPU also falls
// behind, and that time counts once.
func (l *lag) total() time.Duration {
	return max(l.starved(), time.Duration(l.behind.Load()))
}
