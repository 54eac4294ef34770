// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/klptest/klptest/cases/judge"
)

// TestShellAtStep: step 0 plays nothing, which is no fault of the case.
func TestShellAtStep(t *testing.T) {
	skipped := judge.Result{Verdict: judge.Skip, Reasons: []string{"it needs x"}}
	for word, want := range map[string]string{"state-add@0": "", "state-add@1": "it needs x", "state-add": "it needs x"} {
		c, err := (&app{}).prologue(t.Context(), []string{word}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := unplayed(c, skipped); got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
		if got := unplayed(c, judge.Result{Verdict: judge.Pass}); got != "" {
			t.Errorf("%s, played: %q", word, got)
		}
	}
	if got := unplayed(nil, judge.Result{}); got != "" {
		t.Errorf("no case: %q", got)
	}
}
