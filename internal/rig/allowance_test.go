// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"strings"
	"testing"
	"time"
)

// TestAllowance plays runs of one case each: "p" passes, "f" fails and would be
// tried again twice, each time as long as the first. A run takes one second, or ten
// for a capital letter.
func TestAllowance(t *testing.T) {
	for _, test := range []struct {
		name, runs string
		want       string // for each failure: is it tried again?
	}{
		{"the first three", "fff", "yyy"},
		{"nothing but FAILs", "ffffffffffffffff", "yyynnnnnnnnnynnn"},
		{"everything hangs", "FFFFFFFFFFFFFFFF", "yyynnnnnnnnnynnn"},
		{"few among many", strings.Repeat("ppppppppppf", 8), "yyyyyyyy"},
		{"a hang among many", strings.Repeat("p", 100) + "FffFFFF", "yyyyyyn"},
		{"later, when there is time again", "fffff" + strings.Repeat("p", 9) + "f", "yyynny"},
	} {
		var a allowance
		var got strings.Builder
		for _, run := range test.runs {
			takes := time.Second
			if run < 'a' {
				takes *= 10
			}
			a.first += takes
			if run == 'p' || run == 'P' {
				continue
			}
			if !a.grant() {
				got.WriteByte('n')
				continue
			}
			got.WriteByte('y')
			a.further += 2 * takes
		}
		if got.String() != test.want {
			t.Errorf("%s: %s, want %s", test.name, got.String(), test.want)
		}
	}
}

// TestAllowanceIsABound: whatever fails, and however long it takes, trying again adds
// at most half to the time of a run, not counting the first three and the last one.
func TestAllowanceIsABound(t *testing.T) {
	for confirm := time.Duration(1); confirm < 6; confirm++ {
		var a allowance
		var free, last time.Duration
		for i := range 1000 {
			takes := time.Duration(1+i*i%97) * time.Second
			a.first += takes
			if !a.grant() {
				continue
			}
			last = confirm * takes
			if a.further += last; i < alwaysAgain {
				free += last
			}
		}
		if a.further > a.first/2+free+97*time.Second*confirm {
			t.Errorf("--confirm %d: %s after %s", confirm, a.further, a.first)
		}
	}
}
