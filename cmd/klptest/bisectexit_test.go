// SPDX-License-Identifier: Apache-2.0

package main

import (
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
