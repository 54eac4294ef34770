// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// played returns a script of operations that can be done.
func played(t *testing.T, ops ...string) *script {
	t.Helper()
	s := begin("6.12")
	if !s.follow(ops) {
		t.Fatalf("%q cannot be done", ops)
	}
	return s
}

// Probes are interchangeable; parameters, answers, calls that fail and log lines are not.
func TestFeatures(t *testing.T) {
	features := func(op string) []string { return played(t, op).distinct() }
	a := features("insmod klp_a states=1:1")
	if d := cmp.Diff(a, features("insmod klp_b states=1:1")); d != "" {
		t.Errorf("klp_b: %s", d)
	}
	for _, other := range []string{
		"insmod klp_h states=1:1", "insmod klp_a states=1:2", "insmod klp_a states=1:1 pre_patch_ret=-12",
		"fail kobject_add 1\ninsmod klp_a states=1:1", "insmod klp_target",
	} {
		if got := features(other); slices.Equal(got, a) {
			t.Errorf("%q: as klp_a: %q", other, got)
		}
	}
	if first, second := features("fail kobject_add 1\ninsmod klp_a"), features("fail kobject_add 2\ninsmod klp_a"); slices.Equal(first, second) {
		t.Errorf("another call that fails: %q", first)
	}
	if want := "insmod *: livepatch: enabling patch '*'"; !slices.Contains(a, want) {
		t.Errorf("no %q in %q", want, a)
	}
}

// A feature that many sequences have had is worth less, and so is a sequence that costs
// more.
func TestNovelty(t *testing.T) {
	once := played(t, "insmod klp_a")
	n := novelty{}
	fresh := n.of(once)
	n.add(once)
	known := n.of(once)
	n.add(once)
	if often := n.of(once); fresh <= known || known <= often || often <= 0 {
		t.Errorf("%v, then %v, then %v", fresh, known, often)
	}
	read := played(t, "insmod klp_a", "cat /sys/kernel/livepatch/klp_a/enabled", "cat /sys/kernel/livepatch/klp_a/enabled")
	n.add(read)
	again := played(t, append(read.ops, read.ops[1])...)
	if n.of(again) >= n.of(read) {
		t.Errorf("one more command that shows nothing new: %v, without it %v", n.of(again), n.of(read))
	}
}
