// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
)

func TestUntilPhase(t *testing.T) {
	for _, tc := range []struct {
		jiffies, hz uint64
		want        time.Duration
	}{
		{4294892296 - 4294892296%250, 250, 800 * time.Millisecond},
		{1000 + 800, 1000, 0},
		{1000 + 801, 1000, 999 * time.Millisecond},
		{99, 100, 810 * time.Millisecond},
	} {
		if got := untilPhase(tc.jiffies, tc.hz); got != tc.want {
			t.Errorf("%d at %d Hz: %v, want %v", tc.jiffies, tc.hz, got, tc.want)
		}
	}
}

func TestAwaitPhase(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"": 0,
		"cpu: 0\n  .idle_sleeps   : 5\nlast_jiffies   : 7\njiffies: 4294893000\n\ncpu: 1\n": 800 * time.Millisecond,
		"cpu: 0\njiffies: many\n": 0,
	} {
		a, _ := newGuest(t)
		rootfstest.Put(t, a.files, "/proc/timer_list", text)
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			if a.awaitPhase(t.Context(), 250); time.Since(start) != want {
				t.Errorf("%q: waited %v, want %v", text, time.Since(start), want)
			}
			if a.awaitPhase(t.Context(), 0); time.Since(start) != want {
				t.Errorf("%q: waited without a rate", text)
			}
		})
	}
}
