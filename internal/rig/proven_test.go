// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
)

// On a guest that has served another case only a PASS counts. Otherwise the result
// is that of the case's own guest, which may well be a FAIL.
func TestOnlyAPassCountsOnAUsedGuest(t *testing.T) {
	for name, test := range map[string]struct {
		fates string // one for each guest
		worn  bool   // the first guest fails every case but the first
		want  []string
		text  string // the confirmation of the second case
		boots int
	}{
		"passes":        {"P", false, []string{"PASS", "PASS"}, "", 1},
		"wears out":     {"PP", true, []string{"PASS", "PASS"}, "", 2},
		"fails as well": {"PFFP", true, []string{"PASS", "FAIL"}, "2 of 3: not deterministic", 4},
	} {
		fakes := fated(test.fates)
		if test.worn {
			fakes[0].worn = []string{"klp_a"}
		}
		m, log := inOrder(fakes...)
		run := confirming(t, Options{Guests: Proven, Confirm: 2}, m)
		results, err := run.runCases(t.Context(), []*casefile.Case{parse(t, "a", ""), parse(t, "b", "")}, &events{})
		if err != nil || len(results) != 2 {
			t.Fatal(results, err)
		}
		got := []string{string(results[0].Verdict), string(results[1].Verdict)}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if c := results[1].Confirmation; c.String() != test.text {
			t.Errorf("%s: %q, want %q", name, c, test.text)
		}
		if n := len(results[1].Discarded); (n == 1 && results[1].Discarded[0].Shared) != test.worn {
			t.Errorf("%s: %+v", name, results[1].Discarded)
		}
		if boots := log.count("boot"); boots != test.boots {
			t.Errorf("%s: %d guests, want %d", name, boots, test.boots)
		}
	}
}

// TestIdleGuestMakesRoom: an idle guest makes room for one of another shape.
func TestIdleGuestMakesRoom(t *testing.T) {
	m, log := inOrder(&fake{name: "1"}, &fake{name: "2"}, &fake{name: "3"})
	run := confirming(t, Options{Guests: Proven}, m)
	list := []*casefile.Case{parse(t, "a", ""), parse(t, "b", "CPUs: 2\n"), parse(t, "c", "CPUs: 2\n"), parse(t, "d", "")}
	results, err := run.runCases(t.Context(), list, &events{})
	if err != nil || len(results) != 4 {
		t.Fatal(results, err)
	}
	for _, res := range results {
		if res.Verdict != judge.Pass {
			t.Errorf("%+v", res)
		}
	}
	want := []string{"1 boot", "1 insmod klp_a", "1 close", "2 boot", "2 insmod klp_a", "2 insmod klp_a", "2 close", "3 boot", "3 insmod klp_a"}
	if diff := cmp.Diff(want, log.lines); diff != "" {
		t.Error(diff)
	}
}
