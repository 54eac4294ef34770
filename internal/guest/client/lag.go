// SPDX-License-Identifier: Apache-2.0

package client

import (
	"sync/atomic"
	"time"
)

// lag is how far the guest's time has fallen behind the host's since a request began. A
// guest whose time is virtual falls behind while it talks to a device: that takes the
// host long, and few instructions of the guest.
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

// total does not count twice that a guest without a CPU falls behind.
func (l *lag) total() time.Duration {
	return max(l.starved(), time.Duration(l.behind.Load()))
}
