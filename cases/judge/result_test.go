// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

func TestBroken(t *testing.T) {
	c := &casefile.Case{Name: "n", Title: "T", File: "f"}
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
		{&blame.Error{Party: blame.Rig, Summary: "s", Transient: true}, Result{Verdict: Error, Reasons: []string{"s"}, Transient: true}},
		{&blame.Error{Party: blame.Kernel, Summary: "s", Transient: true}, Result{Verdict: Fail, Reasons: []string{"s"}}},
		{errors.New("cc failed\na.c:1: error\n"), Result{Verdict: Error, Reasons: []string{"cc failed", "a.c:1: error"}}},
	}
	for _, test := range tests {
		test.want.Name, test.want.Title, test.want.File = c.Name, c.Title, c.File
		if d := cmp.Diff(test.want, Broken(c, test.err)); d != "" {
			t.Errorf("%v:\n%s", test.err, d)
		}
	}
}
