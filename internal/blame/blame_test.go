// SPDX-License-Identifier: Apache-2.0

package blame

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestDetailHasItsPartsInOrder(t *testing.T) {
	err := &Error{Party: Kernel, Summary: "the kernel panicked", Advice: "look at the log", Tail: "line 1\nline 2\n", Path: "/x/console.log", Err: errors.New("EOF")}
	want := "the kernel panicked: EOF\nlook at the log\nline 1\nline 2\nfull log: /x/console.log\n"
	if got := err.Detail(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := (&Error{Summary: "short"}).Detail(); got != "short\n" {
		t.Errorf("empty parts show: %q", got)
	}
}

func TestErrorIsOneLineOfSummaryAndCause(t *testing.T) {
	tests := map[string]Error{
		"sum":        {Summary: "sum"},
		"cause":      {Err: errors.New("cause")},
		"sum: cause": {Summary: "sum", Err: errors.New("cause")},
	}
	for want, err := range tests {
		if got := err.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOf(t *testing.T) {
	tests := []struct {
		err  error
		want Party
	}{
		{errors.New("untyped"), Rig},
		{Userf("no such case"), User},
		{Rigf("no QEMU"), Rig},
		{fmt.Errorf("boot: %w", &Error{Party: Kernel}), Kernel},
		{&Error{Party: Rig, Err: &Error{Party: Kernel}}, Rig},
	}
	for _, tt := range tests {
		if got := Of(tt.err); got != tt.want {
			t.Errorf("Of(%v) = %v, want %v", tt.err, got, tt.want)
		}
	}
}

func TestCauseCanBeFound(t *testing.T) {
	if err := Userf("case: %w", fs.ErrNotExist); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v hides its cause", err)
	}
}

// Advice may contain what would be a verb in a format.
func TestAdvice(t *testing.T) {
	for want, err := range map[Party]error{User: AdviseUserf("100%d", "no %s", "x"), Rig: AdviseRigf("100%d", "no %s", "x")} {
		var e *Error
		if !errors.As(err, &e) || e.Party != want || e.Detail() != "no x\n100%d\n" {
			t.Errorf("%+v", err)
		}
	}
}
