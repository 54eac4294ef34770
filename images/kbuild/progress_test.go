// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCounter(t *testing.T) {
	var got []Progress
	c := newCounter(true, func(p Progress) { got = append(got, p) })
	for _, piece := range []string{"make: Entering\n  CC      a.o\n  C", "C [M]  b.o\n", "  GEN     x\nwarning: foo\n"} {
		if _, err := c.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != 3 || got[2].Step != 3 || got[2].Of != fullBuild {
		t.Errorf("progress is %v", got)
	}
}

func TestProgressEstimates(t *testing.T) {
	half := Progress{Step: 600, Of: 1200, Elapsed: 2 * time.Minute}
	if half.Left() != 2*time.Minute {
		t.Errorf("left %v", half.Left())
	}
	if got, want := half.String(), "building the kernel: step 600 of about 1200, 2m0s, some 2m0s left"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, p := range []Progress{{Step: 5, Of: 1200}, {Step: 1300, Of: 1200, Elapsed: time.Hour}, {Step: 5}} {
		if p.Left() != 0 || strings.Contains(p.String(), "left") {
			t.Errorf("%+v claims to know: %s", p, p)
		}
	}
}

// Each of several builds is reported from its own beginning.
func TestNowAndThen(t *testing.T) {
	var told []time.Duration
	show := NowAndThen(func(p Progress) { told = append(told, p.Elapsed) })
	for _, s := range []time.Duration{0, 1, 29, 31, 60, 61, 99, 0, 1, 30, 31} {
		p := Progress{Elapsed: s * time.Second}
		if s == 0 {
			p.Begins = "building"
		}
		show(p)
	}
	want := []time.Duration{0, 31, 61, 99, 0, 30}
	for i := range want {
		want[i] *= time.Second
	}
	if !slices.Equal(told, want) {
		t.Errorf("told at %v, want %v", told, want)
	}
}
