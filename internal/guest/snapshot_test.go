// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bytes"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/machine"
)

func TestRenewIsOfTheHost(t *testing.T) {
	a, k := newGuest(t)
	c := connected(t, a)
	before := time.Now()
	for range 2 {
		if err := c.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(k.renewed) != 2 {
		t.Fatalf("renewed %d times", len(k.renewed))
	}
	one, two := k.renewed[0], k.renewed[1]
	if len(one.Seed) != seedSize || bytes.Equal(one.Seed, two.Seed) {
		t.Errorf("seeds %x and %x", one.Seed, two.Seed)
	}
	if one.Now.Before(before.Round(0)) || one.Now.After(time.Now()) {
		t.Errorf("the time %v", one.Now)
	}
}

func TestRenewRefusesWhatIsNone(t *testing.T) {
	a, k := newGuest(t)
	now := time.Now()
	for _, r := range []*renewal{nil, {Now: now}, {Seed: make([]byte, seedSize)}, {Seed: make([]byte, maxSeed+1), Now: now}} {
		if err := a.renew(r); err == nil {
			t.Errorf("%+v", r)
		}
	}
	if k.renewed != nil {
		t.Error("it was done")
	}
}

// The log that a clone reads is opened by the clone.
func TestQuiesceLeavesNothingOpen(t *testing.T) {
	a, k := newGuest(t)
	c := connected(t, a)
	if err := c.Quiesce(t.Context(), 250); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Step(t.Context(), cmd(machine.Cat, "/proc/modules"), time.Minute); err == nil {
		t.Error("a case is still under way")
	}
	k.log.deaf = true
	if err := c.Quiesce(t.Context(), 250); err == nil {
		t.Error("no error of a guest that no case can use")
	}
}
