// SPDX-License-Identifier: Apache-2.0

package lab

import (
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/explore"
	"github.com/klptest/klptest/internal/gcov"
)

func TestForemost(t *testing.T) {
	list := []*casefile.Case{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for name, want := range map[string]string{"a": "abc", "c": "cab", "": "abc", "other": "abc"} {
		var got string
		for _, c := range foremost(list, name) {
			got += c.Name
		}
		if got != want {
			t.Errorf("%q first: %s, want %s", name, got, want)
		}
	}
	if list[0].Name != "a" {
		t.Error("the list itself was changed")
	}
}

// TestVariantsOnly: of two files of one name, only the one that is wanted runs.
func TestVariantsOnly(t *testing.T) {
	v := Variants{Cases: []*casefile.Case{{Name: "x", File: "a/x.txtar"}, {Name: "x", File: "b/x.txtar"}}}
	if got := v.only([]judge.ID{{Name: "x", File: "b/x.txtar"}}); len(got) != 1 || got[0].File != "b/x.txtar" {
		t.Errorf("%+v", got)
	}
	if got := v.only(nil); len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

// Only a FAIL says something about a kernel.
func TestNoFail(t *testing.T) {
	for _, v := range []judge.Verdict{judge.Pass, judge.Skip, judge.Error, judge.Fail} {
		if got := noFail(judge.Result{Verdict: v}); got != (v != judge.Fail) {
			t.Errorf("%s: %v", v, got)
		}
	}
}

// TestUnjudgedMutant: a mutant that could not be judged has not survived.
func TestUnjudgedMutant(t *testing.T) {
	if got := unjudged(explore.Report{}); got != nil {
		t.Errorf("%+v", got)
	}
	got := unjudged(explore.Report{Progress: explore.Progress{Sequences: 9, Unjudged: 2, Trouble: "no guest"}})
	if len(got) != 1 || got[0].Verdict != judge.Error || !strings.Contains(got[0].Reasons[0], "no guest") {
		t.Errorf("%+v", got)
	}
}

// TestCountsNothing: nothing is known about a sequence that did not end, and nothing is
// reported if none did.
func TestCountsNothing(t *testing.T) {
	c := &counting{sum: gcov.Counters{}}
	files, err := c.ran(t.Context(), judge.Result{})
	if sum, sumErr := c.files(t.Context()); files != nil || err != nil || sum != nil || sumErr != nil {
		t.Errorf("%v, %v; %v, %v", files, err, sum, sumErr)
	}
}
