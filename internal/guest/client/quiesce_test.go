// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bytes"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
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
	if len(k.Renewed) != 2 {
		t.Fatalf("renewed %d times", len(k.Renewed))
	}
	one, two := k.Renewed[0], k.Renewed[1]
	if len(one.Seed) != seedSize || bytes.Equal(one.Seed, two.Seed) {
		t.Errorf("seeds %x and %x", one.Seed, two.Seed)
	}
	if one.Now.Before(before.Round(0)) || one.Now.After(time.Now()) {
		t.Errorf("the time %v", one.Now)
	}
}

// A clone opens the log that it reads.
func TestQuiesceLeavesNothingOpen(t *testing.T) {
	a, k := newGuest(t)
	c := connected(t, a)
	if err := c.Quiesce(t.Context(), 250); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Step(t.Context(), machinetest.Cmd(machine.Cat, "/proc/modules"), time.Minute); err == nil {
		t.Error("a case is still under way")
	}
	k.Log.Deaf = true
	if err := c.Quiesce(t.Context(), 250); err == nil {
		t.Error("no error of a guest that no case can use")
	}
}
