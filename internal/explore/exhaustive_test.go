// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"slices"
	"strings"
	"testing"
)

// TestExhaustive: each sequence comes once, within the allowed length, with
// names in the order of their first use.
func TestExhaustive(t *testing.T) {
	seen := map[string]bool{}
	longest := 0
	for ops := range exhaustive(small(2), "6.12", 2) {
		text := strings.Join(ops, "\n")
		if seen[text] {
			t.Errorf("twice: %q", ops)
		}
		seen[text] = true
		longest = max(longest, len(ops))
		a, b := strings.Index(text, "klp_a"), strings.Index(text, "klp_b")
		if b >= 0 && (a < 0 || a > b) {
			t.Errorf("klp_b before klp_a: %q", ops)
		}
	}
	if beyond := len(starts[1]) + 2; len(seen) < 500 || longest != beyond {
		t.Errorf("%d sequences, the longest has %d operations", len(seen), longest)
	}
}

// TestExhaustiveMerges: a sequence that leads to a state seen before is not
// extended.
func TestExhaustiveMerges(t *testing.T) {
	for ops := range exhaustive(small(1), "6.12", 4) {
		if len(ops) > 2 && ops[0] == "insmod klp_target" && ops[1] == "rmmod klp_target" {
			t.Errorf("%q: the same without the first two", ops)
		}
	}
}

func TestExhaustiveEnds(t *testing.T) {
	n := 0
	for range exhaustive(small(2), "6.12", 3) {
		if n++; n == 10 {
			break
		}
	}
	if n != 10 {
		t.Error(n)
	}
}

// TestDo: a held operation goes to the background; any other is waited for.
func TestDo(t *testing.T) {
	s, err := newScript("6.12")
	if err != nil {
		t.Fatal(err)
	}
	const disable = "echo 0 > /sys/kernel/livepatch/klp_a/enabled"
	if !s.follow([]string{"insmod klp_target", "insmod klp_a" + held, "hold new", disable, "hold old", "release new", "rmmod klp_target"}) {
		t.Fatal("cannot be done")
	}
	var got []string
	for _, cmd := range s.commands {
		got = append(got, cmd.Text)
	}
	want := []string{
		"insmod klp_target", "insmod klp_a" + held, "hold new", insideNew, disable + " &",
		"hold old", "release new", "rmmod klp_target",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if s.do("cat /etc/passwd") || s.do("nonsense") || len(s.commands) != len(want) {
		t.Error("what the model does not have was done")
	}
}

// TestDrain: a sequence leaves behind only what was forced.
func TestDrain(t *testing.T) {
	for _, tc := range []struct {
		ops  []string
		left []string
	}{
		{[]string{"insmod klp_target", "insmod klp_a", "hold old", "insmod klp_b" + held}, nil},
		{[]string{
			"insmod klp_target", "insmod klp_a", "hold old", "insmod klp_b replace=1" + held, "echo 1 > /sys/kernel/livepatch/klp_b/force",
		}, []string{"klp_a"}},
	} {
		s, err := newScript("6.12")
		if err != nil || !s.follow(tc.ops) {
			t.Fatal(err, tc.ops)
		}
		s.drain()
		if at := s.m.Snapshot(); !slices.Equal(at.Modules, tc.left) || len(at.Patches) > 0 {
			t.Errorf("%q: %q, %q left", tc.ops, at.Modules, at.Patches)
		}
		q, ok := s.write("x", "X.")
		if !ok || !slices.Equal(q.c.Leaves, tc.left) {
			t.Errorf("%q leaves %q", tc.ops, tc.left)
		}
	}
	if _, err := newScript("4.4"); err == nil {
		t.Error("a model of Linux 4.4")
	}
}

// TestScoutStops: an interrupt does not wait for the estimate.
func TestScoutStops(t *testing.T) {
	asked := 0
	if c := scout(large(2), "6.12", func() bool { asked++; return asked > 1 }); len(c) == 0 || asked != 2 {
		t.Errorf("%d transitions, asked %d times", len(c), asked)
	}
}
