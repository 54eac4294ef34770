// SPDX-License-Identifier: Apache-2.0

package benchtest

import (
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	s := Samples{30, 10, 50, 20, 40}
	for percent, want := range map[int]time.Duration{0: 10, 10: 10, 20: 10, 21: 20, 50: 30, 90: 50, 100: 50} {
		if got := s.Percentile(percent); got != want {
			t.Errorf("%d: %v instead of %v", percent, got, want)
		}
	}
	if s[0] != 30 {
		t.Error("the samples were sorted in place")
	}
	if got := (Samples{7}).Percentile(50); got != 7 {
		t.Error(got)
	}
}
