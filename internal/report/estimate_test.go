// SPDX-License-Identifier: Apache-2.0

package report

import (
	"testing"
	"time"
)

func TestEstimates(t *testing.T) {
	const s = time.Second
	for _, test := range []struct {
		e          Estimates
		over, jobs int
		want       time.Duration
	}{
		{Estimates{s, 3 * s}, 0, 1, 4 * s},
		{Estimates{s, 3 * s}, 1, 1, 3 * s},
		{Estimates{s, 3 * s}, 2, 1, 0},
		{Estimates{s, 3 * s}, 5, 1, 0},
		{Estimates{s, 3 * s}, 0, 2, 2 * s},
		{Estimates{s, 3 * s}, 1, 8, 3 * s}, // one test runs alone
		{Estimates{s, 0}, 0, 1, 2 * s},
		{Estimates{s, 0, 0}, 0, 1, 0}, // too little is known
		{nil, 0, 0, 0},
	} {
		if got := test.e.left(test.over, test.jobs); got != test.want {
			t.Errorf("%v after %d with %d jobs: %v, want %v", test.e, test.over, test.jobs, got, test.want)
		}
	}
}

func TestRoughly(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "", 900 * time.Millisecond: "", 59900 * time.Millisecond: "59s", 60 * time.Second: "1m",
		89 * time.Second: "1m", 59*time.Minute + 40*time.Second: "1h00m", 80 * time.Minute: "1h20m",
	} {
		if got := roughly(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// TestStatusLeft: the remaining time shrinks while a test runs.
func TestStatusLeft(t *testing.T) {
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	s := status{total: 3, failed: 1, over: 1, jobs: 1, estimates: Estimates{time.Second, 20 * time.Second, 20 * time.Second}, from: start}
	s.start("state-add", start)
	s.step = "insmod klp_a states=1:1"
	for after, want := range map[time.Duration]string{
		0:                "1/3  1 failed  40s left  state-add  0s  insmod klp_a states=1:1",
		15 * time.Second: "1/3  1 failed  25s left  state-add  15s  insmod klp_a states=1:1",
		time.Minute:      "1/3  1 failed  state-add  60s  insmod klp_a states=1:1",
	} {
		if got := s.line(start.Add(after), 80); got != want {
			t.Errorf("after %v: %q, want %q", after, got, want)
		}
	}
	if got := s.line(start, 40); got != "1/3  1 failed  40s left  state-add  0s " {
		t.Errorf("%q", got)
	}
}
