// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/kmods"
)

var kmodsSource = kmods.Source{Name: "test_klp_x.c"}

const someDiff = "--- expected\n+++ result\n@@ -1 +1 @@\n-one\n+two\n"

func TestParse(t *testing.T) {
	pass := func(name string) judge.Subtest { return judge.Subtest{Name: name, Verdict: judge.Pass} }
	for name, c := range map[string]struct {
		output string
		want   []judge.Subtest
	}{
		"nothing": {"", nil},
		"no test": {"ok\nERROR: x\n", nil},
		"passed":  {"TEST: a ... ok\nTEST: b ... with dots ... ok\n", []judge.Subtest{pass("a"), pass("b ... with dots")}},
		"a diff": {"TEST: a ... not ok\n\n" + someDiff + "\nERROR: livepatch kselftest(s) failed\n",
			[]judge.Subtest{{Name: "a", Verdict: judge.Fail, Diff: someDiff}}},
		"no diff":            {"TEST: a ... not ok\n\nbuffer overrun?\n\nERROR: x\n", []judge.Subtest{{Name: "a", Verdict: judge.Fail, Reason: "buffer overrun?"}}},
		"died":               {"TEST: a ... ERROR: module b is not a livepatch\n", []judge.Subtest{{Name: "a", Verdict: judge.Fail, Reason: "module b is not a livepatch"}}},
		"skipped":            {"TEST: a ... SKIP: no c\n", []judge.Subtest{{Name: "a", Verdict: judge.Skip, Reason: "no c"}}},
		"others print":       {"TEST: a ... ./x.sh: line 1: 12 Terminated ./y\nok\n", []judge.Subtest{pass("a")}},
		"cut short":          {"TEST: a ... ok\nTEST: b ... ", []judge.Subtest{pass("a"), {Name: "b"}}},
		"after the last one": {"TEST: a ... ok\nERROR: cleanup\nnot ok\n", []judge.Subtest{pass("a")}},
		"carriage returns":   {"TEST: a ... ok\r\n", []judge.Subtest{pass("a")}},
	} {
		if d := cmp.Diff(c.want, parse(c.output)); d != "" {
			t.Errorf("%s: (-want +got):\n%s", name, d)
		}
	}
}

// According to the log, all tests but the last one have passed.
func TestWithLog(t *testing.T) {
	log := "[    1.2] ===== TEST: a =====\r\n[    1.3] x\n[    1.4] ===== TEST: b c =====\n"
	want := []judge.Subtest{{Name: "a", Verdict: judge.Pass}, {Name: "b c"}}
	if d := cmp.Diff(want, withLog(nil, begun(log))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	printed := []judge.Subtest{{Name: "a", Verdict: judge.Fail}}
	if d := cmp.Diff(append(printed, judge.Subtest{Name: "b c"}), withLog(printed, begun(log))); d != "" {
		t.Errorf("with output (-want +got):\n%s", d)
	}
}

// FuzzParse: each test has a possible verdict, and a PASS has no details.
func FuzzParse(f *testing.F) {
	f.Add("TEST: a ... ok\nTEST: b ... not ok\n\n" + someDiff + "ERROR: x\n")
	f.Add("TEST: a ... SKIP: b\n")
	f.Add("TEST:  ... \n")
	f.Fuzz(func(t *testing.T, output string) {
		for _, s := range parse(output) {
			switch s.Verdict {
			case "", judge.Pass, judge.Fail, judge.Skip:
			default:
				t.Errorf("%+v", s)
			}
			if s.Verdict == judge.Pass && (s.Reason != "" || s.Diff != "") {
				t.Errorf("a PASS has details: %+v", s)
			}
		}
	})
}
