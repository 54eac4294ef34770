// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outcome makes a result from "FAIL why".
func outcome(text string) Result {
	verdict, why, ok := strings.Cut(text, " ")
	r := Result{Verdict: Verdict(verdict)}
	if ok {
		r.Reasons = []string{why, "more"}
	}
	return r
}

func TestConfirm(t *testing.T) {
	for _, test := range []struct {
		again []string
		want  Confirmation
		text  string
	}{
		{nil, Confirmation{}, ""},
		{[]string{"FAIL x", "FAIL x"}, Confirmation{Failed: 3, Runs: 3}, "3 of 3"},
		{[]string{"PASS", "PASS"}, Confirmation{Failed: 1, Runs: 3}, "1 of 3: not deterministic"},
		{[]string{"PASS", "FAIL x"}, Confirmation{Failed: 2, Runs: 3}, "2 of 3: not deterministic"},
		{[]string{"FAIL y", "FAIL y"}, Confirmation{Failed: 3, Runs: 3, Otherwise: []string{"y"}}, "3 of 3, for different reasons"},
		{[]string{"FAIL"}, Confirmation{Failed: 2, Runs: 2, Otherwise: []string{""}}, "2 of 2, for different reasons"},
		{[]string{"FAIL x", "ERROR no room"}, Confirmation{Failed: 2, Runs: 2, Unjudged: []string{"no room"}}, "2 of 2, and one run could not be judged"},
		{[]string{"ERROR a", "SKIP b"}, Confirmation{Failed: 1, Runs: 1, Unjudged: []string{"a", "b"}}, "1 of 1, and 2 runs could not be judged"},
		{[]string{"PASS", "ERROR a"}, Confirmation{Failed: 1, Runs: 2, Unjudged: []string{"a"}}, "1 of 2: not deterministic, and one run could not be judged"},
	} {
		res := outcome("FAIL x")
		for _, text := range test.again {
			res = res.Confirm(outcome(text))
		}
		if d := cmp.Diff(test.want, res.Confirmation); d != "" || res.Verdict != Fail || res.Reasons[0] != "x" {
			t.Errorf("%q: %s %q %s", test.again, res.Verdict, res.Reasons, d)
		}
		if got := res.Confirmation.String(); got != test.text {
			t.Errorf("%q: %q, want %q", test.again, got, test.text)
		}
	}
}

// On a fresh guest, what an earlier case did to the shared one has no effect.
func TestConfirmOfASharedGuest(t *testing.T) {
	for text, again := range map[string][]string{
		"1 of 3: passes on a fresh guest, so an earlier case has changed the shared one": {"PASS", "PASS"},
		"2 of 3: not deterministic": {"PASS", "FAIL x"},
		"3 of 3":                    {"FAIL x", "FAIL x"},
	} {
		res := outcome("FAIL x")
		res.Confirmation.Shared = true
		if res.Confirmation.String() != "" {
			t.Error(res.Confirmation)
		}
		for _, a := range again {
			res = res.Confirm(outcome(a))
		}
		if got := res.Confirmation.String(); got != text {
			t.Errorf("%q: %q", again, got)
		}
	}
}

func TestUnconfirmed(t *testing.T) {
	for verdict, want := range map[string]string{
		"FAIL x":  "1 of 1, not confirmed, to save time",
		"ERROR x": "not tried again, to save time",
	} {
		if got := outcome(verdict).Unconfirmed().Confirmation.String(); got != want {
			t.Errorf("%s: %q", verdict, got)
		}
	}
}

// The attempt that counts lists those that do not, whatever its verdict.
func TestReplace(t *testing.T) {
	first, second := outcome("ERROR a"), outcome("ERROR b")
	first.Log = "/log"
	for _, last := range []string{"PASS", "FAIL c", "ERROR c"} {
		got := first.Replace(second).Replace(outcome(last))
		if want := []Discarded{{Reason: "a", Log: "/log"}, {Reason: "b"}}; !slices.Equal(got.Discarded, want) || got.Verdict != outcome(last).Verdict {
			t.Errorf("%s: %s after %v", last, got.Verdict, got.Discarded)
		}
	}
}
