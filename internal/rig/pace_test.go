// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"testing"
	"time"

	"github.com/klptest/klptest/vm"
)

func TestPaceFollowsTheGuests(t *testing.T) {
	const period = time.Second
	for name, test := range map[string]struct {
		each    vm.CPUTime // usage of each guest in a period
		ok      bool       // the host tells the usage
		waiting int        // tests without a guest
		want    int        // tests in parallel after many periods
	}{
		"guests that sleep":                 {vm.CPUTime{Run: 100 * time.Millisecond}, true, 0, 16},
		"guests that keep processors busy":  {vm.CPUTime{Run: 450 * time.Millisecond, Wait: 200 * time.Millisecond}, true, 0, 4},
		"guests that others crowd out":      {vm.CPUTime{Run: 200 * time.Millisecond, Wait: 800 * time.Millisecond}, true, 0, 2},
		"guests that share a busy host":     {vm.CPUTime{Run: 300 * time.Millisecond, Wait: 300 * time.Millisecond}, true, 0, 4},
		"guests of which nothing is known":  {vm.CPUTime{}, false, 0, 4},
		"guests that are still to be made":  {vm.CPUTime{}, true, 1, 4},
		"guests that use nothing, at first": {vm.CPUTime{}, true, 0, 16},
	} {
		p := newPace(2, 4, 16)
		p.processors = 2
		var used vm.CPUTime
		p.used = func(instance) (vm.CPUTime, bool) { return used, test.ok }
		for range 40 {
			for p.active < p.limit {
				if p.begin(t.Context()); p.active > test.waiting {
					p.on(new(fake))
				}
			}
			for p.active > p.limit { // tests end, none begins
				for g := range p.guests {
					delete(p.guests, g)
					break
				}
				p.end()
			}
			used.Run, used.Wait = used.Run+test.each.Run, used.Wait+test.each.Wait
			p.adapt(period)
		}
		if p.limit != test.want {
			t.Errorf("%s: %d tests side by side, want %d", name, p.limit, test.want)
		}
	}
}

// There are more guests where they sleep.
func TestFirstPace(t *testing.T) {
	const small = 64 // MiB: memory does not limit the number
	for _, tt := range []struct {
		jumps, fixed bool
		perCPU       int
	}{{true, true, 1}, {false, true, 4}, {true, false, 1}, {false, false, 2}} {
		r := &Rig{o: Options{FixedPace: tt.fixed, Memory: small}, jumps: tt.jumps}
		if got, want := r.Jobs(nil), SideBySide(small, tt.perCPU); got != want {
			t.Errorf("jumps %v, fixed %v: %d tests side by side, want %d", tt.jumps, tt.fixed, got, want)
		}
		if r.o.Jobs = 3; r.Jobs(nil) != 3 {
			t.Errorf("the number that is asked for becomes %d", r.Jobs(nil))
		}
	}
}

func TestPaceEndsWithItsContext(t *testing.T) {
	p := fixedPace(1)
	if !p.begin(t.Context()) {
		t.Fatal("the first test may not begin")
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan bool)
	go func() { done <- p.begin(ctx) }()
	select {
	case <-done:
		t.Fatal("a second test has begun")
	case <-time.After(10 * time.Millisecond):
	}
	cancel()
	if <-done {
		t.Error("a test has begun after the end")
	}
	p.end()
	if !p.begin(t.Context()) || p.active != 1 {
		t.Errorf("%d tests are counted", p.active)
	}
}
