// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A changed sequence can be done, differs from the original, and sometimes repeats
// an operation, lacks one, or has a part of another sequence or a fault.
func TestChange(t *testing.T) {
	c := corpus{
		{"insmod klp_target", "hold old", "insmod klp_a objs=klp_target funcs=klp_target_hold_old", "release old"},
		{"insmod klp_b", "rmmod klp_b", "echo 0 > /sys/kernel/livepatch/klp_b/enabled", "rmmod klp_b"},
	}
	sp, rng, made := large(2), rand.New(rand.NewPCG(1, 0)), coverage{}
	sp.faults = true
	seen := map[string]bool{}
	for range 60 {
		ops := c.change(sp, begin("6.12"), rng, made).ops
		s, err := newScript("6.12")
		if err != nil || len(ops) == 0 || !s.follow(ops) {
			t.Fatalf("%q cannot be done: %v", ops, err)
		}
		text := strings.Join(ops, "\n")
		seen["another sequence"] = seen["another sequence"] || strings.Contains(text, "hold old") && strings.Contains(text, "klp_b")
		seen["a fault"] = seen["a fault"] || strings.Contains(text, "fail ")
		seen["more"] = seen["more"] || strings.Count(text, c[0][2]) > 1
		seen["less"] = seen["less"] || slices.Contains(ops, c[0][0]) && !slices.Contains(ops, c[0][1])
	}
	if len(seen) != 4 || !seen["another sequence"] || !seen["a fault"] || !seen["more"] || !seen["less"] {
		t.Errorf("%v", seen)
	}
	if got := changing([]string{"cat /x", "insmod klp_a"}); !slices.Equal(got, []string{"insmod klp_a"}) {
		t.Error(got)
	}
}
