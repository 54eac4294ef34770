// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"fmt"
	"strings"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
)

// signaling is what the kernel logs 15 s into a transition (SIGNALS_TIMEOUT of
// kernel/livepatch/transition.c). The scripts expect that none takes so long, which a test
// with many commands does on a debug kernel under emulation.
const signaling = "+livepatch: signaling remaining tasks"

// slow returns the error for a script whose only difference is a guest that may be too slow
// for it, or nil. Only a faster guest tells whether it is the kernel's fault.
func slow(tests []judge.Subtest) error {
	var late string
	for _, sub := range tests {
		switch {
		case sub.Verdict != judge.Fail:
		case !onlySignaling(sub.Diff):
			return nil
		default:
			late = sub.Name
		}
	}
	if late == "" {
		return nil
	}
	return &blame.Error{
		Party:     blame.Rig,
		Transient: true,
		Summary:   fmt.Sprintf("the emulated guest may be too slow for the test %q: a transition took 15 s, so that the kernel also logged %q", late, signaling[1:]),
		Advice:    "use a host with KVM",
	}
}

// late returns the result of a script that slow has an error for.
func (t Test) late(res judge.Result, err error) judge.Result {
	broken := t.Broken(err)
	broken.Observation, broken.Tail, broken.Subtests = res.Observation, res.Tail, res.Subtests
	for i := range broken.Subtests {
		if sub := &broken.Subtests[i]; sub.Verdict == judge.Fail {
			sub.Verdict, broken.Diff = judge.Error, sub.Diff
		}
	}
	return t.complete(broken)
}

// onlySignaling reports whether a unified diff adds that line, and changes no other.
func onlySignaling(diff string) (found bool) {
	for line := range strings.Lines(diff) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case line == signaling:
			found = true
		case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
		case strings.HasPrefix(line, "-"), strings.HasPrefix(line, "+"):
			return false
		}
	}
	return found
}
