// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

// TestAttackFloods: whatever a script prints or makes the kernel log, its result is short.
func TestAttackFloods(t *testing.T) {
	long := strings.Repeat("x", 1000)
	for name, unit := range map[string]string{
		"tests that fail":      "TEST: x ... not ok\n",
		"tests that pass":      "TEST: x ... ok\n",
		"tests without an end": "TEST: x ... \n",
		"diffs":                "TEST: x ... not ok\n\n--- a\n+++ b\n" + strings.Repeat("+"+long+"\n", 500),
		"long names":           "TEST: " + strings.Repeat(long, 100) + " ... ERROR: " + strings.Repeat(long, 100) + "\n",
		"one diff":             "TEST: x ... not ok\n--- a\n" + strings.Repeat("+\n", 10_000),
	} {
		output := strings.Repeat(unit, machine.MaxText/4/len(unit))
		m := fakeMachine{answer: machine.Answer{Output: output, Errno: "exit 1"}}
		res := someTest(t).Run(t.Context(), m)
		res.Observation = judge.Observation{}
		text, err := json.Marshal(res)
		if err != nil || len(text) > 1<<20 || res.Verdict != judge.Fail {
			t.Errorf("%s: %s with %d bytes, %v", name, res.Verdict, len(text), err)
		}
	}
	splats := strings.Repeat("BUG: kernel NULL pointer dereference, address: 0\n", 10_000)
	m := fakeMachine{answer: machine.Answer{Records: kernelSays(splats)}, err: &blame.Error{Party: blame.Kernel, Summary: "dead", Tail: splats}}
	res := someTest(t).Run(t.Context(), m)
	res.Observation = judge.Observation{}
	if text, err := json.Marshal(res); err != nil || len(text) > 1<<20 {
		t.Errorf("splats: %s with %d bytes, %v", res.Verdict, len(text), err)
	}
}
