// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images/kbuild"
	"github.com/klptest/klptest/internal/blame"
)

func TestBisectStatus(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{verdicts(1), 1},
		{errOtherFailure, 125},
		{outcome([]judge.Result{{Verdict: judge.Fail, Reported: judge.NotAsReported}, {Verdict: judge.Pass}}), 125},
		{outcome([]judge.Result{{Verdict: judge.Fail, Reported: judge.NotAsReported}, {Verdict: judge.Fail, Reported: judge.AsReported}}), 1},
		{outcome([]judge.Result{{Verdict: judge.Fail}}), 1},
		{verdicts(3), 125},
		{verdicts(4), 125},
		{errTimeout(time.Second), 125},
		{&blame.Error{Party: blame.User, Err: fmt.Errorf("%w: make fails", kbuild.ErrBroken)}, 125},
		{errInterrupted, 255},
		{blame.Userf("no such case"), 255},
		{errors.New("no QEMU"), 255},
	} {
		if got := bisectStatus(c.err); got != c.want {
			t.Errorf("%v: %d, want %d", c.err, got, c.want)
		}
	}
}

// TestBisectStatusOfARunThatEndsEarly: a FAIL with another symptom does not become the
// reported one because of a later error.
func TestBisectStatusOfARunThatEndsEarly(t *testing.T) {
	other, reported := judge.Result{Verdict: judge.Fail, Reported: judge.NotAsReported}, judge.Result{Verdict: judge.Fail, Reported: judge.AsReported}
	for _, later := range []error{nil, errTimeout(time.Second), errors.New("no space left on device")} {
		for want, list := range map[int][]judge.Result{125: {other}, 1: {other, reported}} {
			a := &app{streams: streams{err: &bytes.Buffer{}}}
			err := a.failWith(outcome(list), later)
			if got := bisectStatus(err); got != want || exitStatus(err) != 1 {
				t.Errorf("%v: %d, want %d; exit status %d", later, got, want, exitStatus(err))
			}
		}
	}
	if err := (&app{}).failWith(outcome([]judge.Result{other}), errInterrupted); bisectStatus(err) != 255 {
		t.Errorf("interrupted: %v", err)
	}
}
