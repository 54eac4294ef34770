// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/machine"
)

// In random sequences, calls of several functions fail, and all of these calls are made:
// a case in which one is not made fails on the model itself.
func TestFaults(t *testing.T) {
	x := &explorer{Options: options(0)}
	sp, rng, made := large(3), rand.New(rand.NewPCG(1, 0)), coverage{}
	sp.faults = true
	functions := map[string]bool{}
	for range 25 {
		ops := random(sp, begin(x.Release), rng, made).ops
		faulty := slices.ContainsFunc(ops, func(op string) bool { return strings.Contains(op, "\n") })
		q, ok := x.sequence(ops)
		if !ok {
			if faulty {
				t.Logf("left out: %q", ops)
			}
			continue
		}
		if got := operationsOf(q.c, 0); !slices.Equal(got[:len(ops)], ops) {
			t.Errorf("%q\nis read as\n%q", ops, got)
		}
		for _, s := range q.c.Steps {
			if s.Command.Verb == machine.Fail {
				functions[s.Command.Args[0]] = true
			}
		}
	}
	if len(functions) < 5 {
		t.Errorf("calls of %v fail", functions)
	}
}

// Whether a task's stack is read while a transition is open depends on timing.
func TestNoFaultThatDependsOnTime(t *testing.T) {
	s, err := newScript("6.12")
	if err != nil || !s.follow([]string{"insmod klp_target", "hold old", "insmod klp_a objs=klp_target funcs=klp_target_hold_old"}) || s.at.Transition == "" {
		t.Fatalf("%v: no transition is held", err)
	}
	for seed := range uint64(20) {
		if op := s.withFault("release old", rand.New(rand.NewPCG(seed, 0))); op != "release old" {
			t.Fatalf("%q", op)
		}
	}
}

// A fault whose call is not made makes an operation impossible.
func TestUnusedFault(t *testing.T) {
	for op, want := range map[string]bool{"fail kobject_add 1\ninsmod klp_a": true, "fail kobject_add 9\ninsmod klp_a": false, "fail kobject_add 1": false} {
		s, err := newScript("6.12")
		if err != nil {
			t.Fatal(err)
		}
		if got := s.do(op); got != want {
			t.Errorf("%q: %v", op, got)
		}
	}
}

func TestSimplerFormsOfFaults(t *testing.T) {
	for op, want := range map[string][]string{
		"insmod klp_a states=1:1,2:1":       {"insmod klp_a", "insmod klp_a states=2:1", "insmod klp_a states=1:1"},
		"fail kmalloc 1\nrmmod klp_a":       {"rmmod klp_a"},
		"fail kmalloc 1\ninsmod klp_a re=1": {"insmod klp_a re=1", "fail kmalloc 1\ninsmod klp_a"},
	} {
		if diff := cmp.Diff(want, simplerForms(op)); diff != "" {
			t.Errorf("%q: %s", op, diff)
		}
	}
	if got := kind("fail kmalloc 1\ninsmod klp_a states=1:1"); got != "fail kmalloc insmod *" {
		t.Error(got)
	}
}
