// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"testing"
	"time"

	"github.com/klptest/klptest/vm"
)

func TestStarvedIsLessThanHalf(t *testing.T) {
	before := vm.CPUTime{Run: time.Second, Wait: 5 * time.Second}
	for wait, want := range map[time.Duration]bool{0: false, 2 * time.Second: false, 2001 * time.Millisecond: true} {
		after := vm.CPUTime{Run: before.Run + 2*time.Second, Wait: before.Wait + wait}
		if got := starved(before, after); got != want {
			t.Errorf("ran 2 s, waited %v: starved %v, want %v", wait, got, want)
		}
	}
}
