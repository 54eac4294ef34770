// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"testing"
	"time"

	"github.com/klptest/klptest/vm"
)

func TestStarvedIsLessThanHalfOfWhatWasWanted(t *testing.T) {
	tests := []struct {
		name               string
		run, wait, elapsed time.Duration
		want               bool
	}{
		{"never waited", 2 * time.Second, 0, 10 * time.Second, false},
		{"got half", 2 * time.Second, 2 * time.Second, 4 * time.Second, false},
		{"got less than half", 2 * time.Second, 3 * time.Second, 5 * time.Second, true},
		{"idle, and waited a little for little", time.Second, 2 * time.Second, time.Minute, false},
	}
	before := vm.CPUTime{Run: time.Second, Wait: 5 * time.Second}
	for _, tt := range tests {
		after := vm.CPUTime{Run: before.Run + tt.run, Wait: before.Wait + tt.wait}
		if got := starved(before, after, tt.elapsed); got != tt.want {
			t.Errorf("%s: starved %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestGuestThatJumpsIsNotStarved(t *testing.T) {
	then := moment{at: time.Unix(0, 0)}
	now := moment{at: time.Unix(60, 0), used: vm.CPUTime{Run: 15 * time.Second, Wait: 45 * time.Second}}
	if !starvedSince(false, then, now) || starvedSince(true, then, now) {
		t.Error("a stall is the host's fault where it cannot be, or is not where it can")
	}
}
