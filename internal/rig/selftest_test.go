// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/kmods"
)

// TestSelftests: a self-test has no condition on its steps, loads only shipped
// modules, and gets the result that it states.
func TestSelftests(t *testing.T) {
	list, err := selftests()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	known := []judge.Verdict{judge.Pass, judge.Fail}
	for _, test := range list {
		names = append(names, test.Name)
		for _, problem := range casefile.Check(test.Case, kmods.Names()) {
			if !strings.Contains(problem.Error(), "Covers") {
				t.Errorf("%s: %v", test.Name, problem)
			}
		}
		unknown := func(v judge.Verdict) bool { return !slices.Contains(known, v) }
		if len(test.verdicts) == 0 || slices.ContainsFunc(test.verdicts, unknown) {
			t.Errorf("%s: verdicts %q", test.Name, test.verdicts)
		}
		for _, s := range test.Steps {
			if len(s.When) > 0 || s.Command.Verb == machine.Sh {
				t.Errorf("%s:%d: %s", test.File, s.Line, s.Command.Text)
			}
		}
		if test.Title == "" || !strings.HasSuffix(test.Title, ".") {
			t.Errorf("%s: the title %q is no sentence", test.Name, test.Title)
		}
	}
	if want := strings.Fields("hold-new hold-old log missing-line splat surplus-line"); !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

func TestParseSelftest(t *testing.T) {
	const head = "A case.\n\n-- transcript --\n% insmod klp_a\n"
	for text, want := range map[string]string{
		head:                              "no section verdict",
		head + "-- verdict --\nFAIL\n(\n": "missing closing )",
		"-- transcript --\n-- verdict --\nPASS\n": "title",
	} {
		if _, err := parseSelftest("x.txtar", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// test makes a self-test with the given section "verdict".
func test(t *testing.T, verdict string) selftest {
	t.Helper()
	s, err := parseSelftest("x.txtar", []byte("A case.\n\n-- transcript --\n% insmod klp_target\n% hold old\n% rmmod klp_target\n-- verdict --\n"+verdict+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSelftestJudge(t *testing.T) {
	answers := func(list ...machine.Answer) judge.Observation { return judge.Observation{Answers: list} }
	refused := machine.Answer{Errno: "EINVAL"}
	stuck := machine.Answer{Stall: &machine.Stall{What: "transition of klp_a"}}
	for name, tt := range map[string]struct {
		verdict string
		res     judge.Result
		want    outcome
		clean   bool
	}{
		"as it must be":             {"PASS", judge.Result{Verdict: judge.Pass}, sound, true},
		"FAILs as it must":          {"FAIL\nexpected", judge.Result{Verdict: judge.Fail, Reasons: []string{"x", "x.txtar:3: expected"}}, sound, true},
		"does not apply":            {"FAIL\nexpected", judge.Result{Verdict: judge.Skip}, sound, true},
		"FAILs, which it may":       {"PASS FAIL", judge.Result{Verdict: judge.Fail, Tail: "Oops"}, sound, false},
		"PASSes, which it must not": {"FAIL\nexpected", judge.Result{Verdict: judge.Pass}, broken, true},
		"FAILs otherwise":           {"FAIL\nexpected", judge.Result{Verdict: judge.Fail, Reasons: []string{"other"}}, broken, false},
		"FAILs":                     {"PASS", judge.Result{Verdict: judge.Fail, Reasons: []string{"other"}}, broken, false},
		"ERROR":                     {"PASS FAIL", judge.Result{Verdict: judge.Error}, broken, false},
		"ERROR after a splat":       {"PASS", judge.Result{Verdict: judge.Error, Tail: "the guest's log"}, broken, false},
		"the kernel dies":           {"PASS", judge.Result{Verdict: judge.Fail, Tail: "Kernel panic"}, unclear, false},
		"the kernel dies, as the rig wants a FAIL": {"FAIL\nexpected", judge.Result{Verdict: judge.Fail, Tail: "Kernel panic"}, unclear, false},
		"a module is refused":                      {"PASS", judge.Result{Verdict: judge.Fail, Observation: answers(refused)}, unclear, false},
		"a module stays":                           {"PASS", judge.Result{Verdict: judge.Fail, Observation: answers(machine.Answer{}, machine.Answer{}, refused)}, unclear, false},
		"a module hangs":                           {"PASS", judge.Result{Verdict: judge.Fail, Observation: answers(stuck)}, unclear, false},
		"a hold is refused":                        {"PASS", judge.Result{Verdict: judge.Fail, Observation: answers(machine.Answer{}, refused)}, broken, false},
	} {
		s := test(t, tt.verdict)
		if got := s.judge(tt.res); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
		if got := s.clean(tt.res); got != tt.clean {
			t.Errorf("%s: the guest is clean: %v, want %v", name, got, tt.clean)
		}
	}
}

// A kernel that refuses unsigned modules says nothing about livepatch; other refusals do.
func TestUnsigned(t *testing.T) {
	const locked = "Lockdown: insmod: unsigned module loading is restricted; see man kernel_lockdown.7"
	for _, c := range []struct {
		line, errno string
		want        bool
	}{
		{locked, "EPERM", true},
		{"Loading of unsigned module is rejected", "EKEYREJECTED", true},
		{"Loading of module with unavailable key is rejected", "EKEYREJECTED", true},
		{"klp_a: Loading of unsigned module is rejected", "EKEYREJECTED", false},
		{locked, "", false},
		{"livepatch: failed to enable patch", "EPERM", false},
	} {
		err := unsigned([]machine.Answer{{}, {Errno: c.errno, Records: []machine.Record{{Text: c.line}}}})
		if (err != nil) != c.want || err != nil && (blame.Of(err) != blame.User || !strings.Contains(err.Error(), c.line)) {
			t.Errorf("%q, %s: %v", c.line, c.errno, err)
		}
	}
}
