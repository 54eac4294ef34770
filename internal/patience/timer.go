// SPDX-License-Identifier: Apache-2.0

package patience

import (
	"sync"
	"time"
)

// Most is how long a timer may take, in multiples of its limit.
const Most = 5

// Timer calls a function when its limit has passed.
type Timer struct {
	limit   time.Duration
	starved func() time.Duration
	expired func()

	mu     sync.Mutex
	began  time.Time
	before time.Duration // what starved returned when it began
	timer  *time.Timer   // nil: stopped
}

// After makes a timer that calls expired on its own goroutine. starved tells
// how long the guest has waited for a CPU so far; nil: never.
func After(limit time.Duration, starved func() time.Duration, expired func()) *Timer {
	if starved == nil {
		starved = func() time.Duration { return 0 }
	}
	t := &Timer{limit: limit, starved: starved, expired: expired, before: starved(), began: time.Now()}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timer = time.AfterFunc(limit, t.look)
	return t
}

// Reset begins the limit anew, unless the timer was stopped.
func (t *Timer) Reset() {
	before := t.starved()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.began, t.before = time.Now(), before
		t.timer.Reset(t.limit)
	}
}

// Stop keeps the timer from calling the function, unless it already has.
func (t *Timer) Stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// look waits for the time that the host owes the guest, if it is long enough to
// matter.
func (t *Timer) look() {
	starved := t.starved()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer == nil {
		return
	}
	left := min(t.limit+starved-t.before, Most*t.limit) - time.Since(t.began)
	if left > t.limit/20 {
		t.timer.Reset(left)
		return
	}
	t.timer = nil
	go t.expired()
}
