// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
)

func TestBroken(t *testing.T) {
	c := &Case{Name: "n", Title: "T", File: "f"}
	tests := []struct {
		err  error
		want Result
	}{
		{errors.New("no QEMU"), Result{Verdict: Error, Reasons: []string{"no QEMU"}}},
		{blame.Userf("bad"), Result{Verdict: Error, Reasons: []string{"bad"}}},
		{
			fmt.Errorf("boot: %w", &blame.Error{Party: blame.Kernel, Summary: "the kernel panicked", Advice: "a", Tail: "t", Path: "p"}),
			Result{Verdict: Fail, Reasons: []string{"boot: the kernel panicked"}, Advice: "a", Tail: "t", Log: "p"},
		},
		{errors.New("cc failed\na.c:1: error\n"), Result{Verdict: Error, Reasons: []string{"cc failed", "a.c:1: error"}}},
	}
	for _, test := range tests {
		test.want.Name, test.want.Title, test.want.File = c.Name, c.Title, c.File
		if d := cmp.Diff(test.want, Broken(c, test.err)); d != "" {
			t.Errorf("%v:\n%s", test.err, d)
		}
	}
}

// TestRunOnTwoKernels runs one file where its conditions hold and where they
// do not.
func TestRunOnTwoKernels(t *testing.T) {
	data, err := os.ReadFile("testdata/conditions.txtar")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse("conditions.txtar", data)
	if err != nil {
		t.Fatal(err)
	}
	const cat = "cat /sys/kernel/livepatch/klp_a/stack_order"
	for there, want := range map[bool][]string{
		true:  {"% insmod klp_a states=1:1", "% " + cat, "% rmmod klp_a"},
		false: {"% insmod klp_a states=1:1", "% rmmod klp_a"},
	} {
		m := &fakeMachine{
			facts:   Facts{Release: "6.12.117", Sysfs: map[string]bool{"stack_order": there}},
			answers: map[string]fakeAnswer{cat: {output: "1\n"}},
		}
		res := Run(t.Context(), m, c)
		if d := cmp.Diff(want, m.commands()); res.Verdict != Pass || d != "" {
			t.Errorf("%t: %s %q\n%s", there, res.Verdict, res.Reasons, d)
		}
	}
}

// TestRunUpdateRun: a case that fails for its text alone passes after update.
func TestRunUpdateRun(t *testing.T) {
	data := []byte("T\n\n-- transcript --\n% insmod klp_a\n% cat /x\n= wrong\n% rmmod klp_a\n! EBUSY\n")
	c, err := Parse("t.txtar", data)
	if err != nil {
		t.Fatal(err)
	}
	res := Run(t.Context(), smallMachine(), c)
	if res.Verdict != Fail {
		t.Fatalf("%+v", res)
	}
	data, err = Update(data, c, res.Observation)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = Parse("t.txtar", data); err != nil {
		t.Fatal(err)
	}
	if res = Run(t.Context(), smallMachine(), c); res.Verdict != Pass {
		t.Errorf("%q:\n%s", res.Reasons, data)
	}
}
