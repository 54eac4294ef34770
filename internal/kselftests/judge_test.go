// SPDX-License-Identifier: Apache-2.0

package kselftests

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
)

// fakeMachine answers the one step of a script.
type fakeMachine struct {
	answer   machine.Answer
	end      machine.EndState
	err      error // of the step
	config   map[string]string
	emulated bool
	asked    *machine.Command
}

func (m fakeMachine) Facts(context.Context, []string) (machine.Facts, error) {
	return machine.Facts{Release: "6.12.0", Config: m.config, Emulated: m.emulated}, nil
}
func (m fakeMachine) Begin(context.Context) error { return nil }
func (m fakeMachine) Step(_ context.Context, cmd machine.Command, _ time.Duration) (machine.Answer, error) {
	if m.asked != nil {
		*m.asked = cmd
	}
	return m.answer, m.err
}
func (m fakeMachine) End(context.Context) (machine.EndState, error) { return m.end, nil }

func kernelSays(lines ...string) (list []machine.Record) {
	for _, line := range lines {
		list = append(list, machine.Record{Text: line})
	}
	return list
}

// someTest is a script with the tests a, b and c.
func someTest(t *testing.T) Test {
	t.Helper()
	s := read(t, tree(t, map[string]string{"test-x.sh": "start_test \"a\"\nstart_test \"b\"\n  start_test \"c\"\nstart_test \"$made\"\n"}))
	tests, err := s.Tests(t.Context(), nil, nil, 3*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return tests[0]
}

// parts summarizes a result's tests.
func parts(res judge.Result) string {
	var list []string
	for _, s := range res.Subtests {
		list = append(list, strings.TrimSuffix(s.Name+" "+string(s.Verdict)+" "+s.Reason, " "))
	}
	return strings.Join(list, ", ")
}

func TestRun(t *testing.T) {
	const twoOK = "TEST: a ... ok\nTEST: b ... ok\n"
	warns := kernelSays("WARNING: CPU: 0 PID: 9 at kernel/x.c:1 f+0x1/0x2", "---[ end trace 0 ]---")
	stalls := kernelSays("rcu: INFO: rcu_sched detected stalls on CPUs/tasks:")
	begins := []machine.Record{{Facility: 1, Text: "===== TEST: a ====="}, {Facility: 1, Text: "===== TEST: b ====="}}
	for name, c := range map[string]struct {
		m       fakeMachine
		verdict judge.Verdict
		reasons string
		parts   string
	}{
		"passes": {fakeMachine{answer: machine.Answer{Output: twoOK + "TEST: c ... ok\n"}}, judge.Pass, "", "a PASS, b PASS, c PASS"},
		"has no result": {fakeMachine{answer: machine.Answer{Output: "TEST: a ... ok\nTEST: b ... \nTEST: c ... ok\n"}}, judge.Error,
			`the script ends without a result of the test "b"`, "a PASS, b ERROR it did not end, c PASS"},
		"tests nothing": {fakeMachine{answer: machine.Answer{Output: "done\n"}}, judge.Error, "the script ends without having begun any of its tests", "a SKIP not run, b SKIP not run, c SKIP not run"},
		"fails":         {fakeMachine{answer: machine.Answer{Output: "TEST: a ... ok\nTEST: b ... not ok\n\n" + someDiff + "\nERROR: x\n", Errno: "exit 1"}}, judge.Fail, `the test "b" fails`, "a PASS, b FAIL, c SKIP not run"},
		"dies":          {fakeMachine{answer: machine.Answer{Output: "TEST: a ... ERROR: no sysfs\n", Errno: "exit 1"}}, judge.Fail, `the test "a" fails: no sysfs`, "a FAIL no sysfs, b SKIP not run, c SKIP not run"},
		"exits":         {fakeMachine{answer: machine.Answer{Output: twoOK + "ERROR: no\n", Errno: "exit 1"}}, judge.Fail, "exit 1: ERROR: no", "a PASS, b PASS, c SKIP not run"},
		"skips itself":  {fakeMachine{answer: machine.Answer{Output: "skip all tests: must be run as root\n", Errno: "exit 4"}}, judge.Skip, "skip all tests: must be run as root", ""},
		"skips a test":  {fakeMachine{answer: machine.Answer{Output: "TEST: a ... SKIP: no b\n", Errno: "exit 4"}}, judge.Skip, "no b", "a SKIP no b"},
		"has no program": {fakeMachine{answer: machine.Answer{Output: "./functions.sh: line 9: jq: command not found\n", Errno: "exit 1"}}, judge.Error,
			"the script needs the program jq, which the guest does not have", ""},
		"out of time": {fakeMachine{answer: machine.Answer{Output: "TEST: a ... ok\nTEST: b ... ", Errno: "exit 124", Records: begins}}, judge.Fail,
			`the script did not end within 3s, in the test "b"`, "a PASS, b FAIL it did not end, c SKIP not run"},
		"starved": {fakeMachine{answer: machine.Answer{Output: "TEST: a ... ", Errno: "exit 124"}, end: machine.EndState{Starved: true}}, judge.Error, errStarved.Error(), ""},
		"stuck": {fakeMachine{answer: machine.Answer{Stall: &machine.Stall{What: "end of ./test-x.sh"}, Records: begins}}, judge.Fail,
			`the script did not end within 3s, and cannot be killed, in the test "b"`, "a PASS, b FAIL it did not end, c SKIP not run"},
		"leaves a transition": {fakeMachine{answer: machine.Answer{Output: twoOK, Stall: &machine.Stall{What: "transition of x"}}}, judge.Fail,
			"the script leaves what does not end: transition of x", "a PASS, b PASS, c SKIP not run"},
		"warns": {fakeMachine{answer: machine.Answer{Output: "TEST: a ... ok\n", Records: warns}}, judge.Fail,
			"unexpected WARNING f: WARNING: CPU: 0 PID: 9 at kernel/x.c:1 f+0x1/0x2", "a PASS, b SKIP not run, c SKIP not run"},
		"warns and skips":       {fakeMachine{answer: machine.Answer{Errno: "exit 4", Records: warns}}, judge.Fail, "unexpected WARNING f: WARNING: CPU: 0 PID: 9 at kernel/x.c:1 f+0x1/0x2", "a SKIP not run, b SKIP not run, c SKIP not run"},
		"stalls on a busy host": {fakeMachine{answer: machine.Answer{Output: twoOK, Records: stalls}, end: machine.EndState{Starved: true}}, judge.Error, errStarved.Error(), ""},
		"stalls on a busy host, and the rig fails": {fakeMachine{answer: machine.Answer{Records: stalls, Starved: true}, err: blame.Rigf("no answer")}, judge.Error,
			"no answer; " + judge.Starved + "; unexpected stall: rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", "a SKIP not run, b SKIP not run, c SKIP not run"},
		"stalls, and the rig fails": {fakeMachine{answer: machine.Answer{Records: stalls}, err: blame.Rigf("no answer")}, judge.Fail,
			"unexpected stall: rcu: INFO: rcu_sched detected stalls on CPUs/tasks:; no answer", "a SKIP not run, b SKIP not run, c SKIP not run"},
		"the rig fails": {fakeMachine{err: blame.Rigf("no answer")}, judge.Error, "no answer", "a SKIP not run, b SKIP not run, c SKIP not run"},
	} {
		t.Run(name, func(t *testing.T) {
			res := someTest(t).Run(t.Context(), c.m)
			if res.Verdict != c.verdict || strings.Join(res.Reasons, "; ") != c.reasons || parts(res) != c.parts {
				t.Errorf("%s %q [%s], want %s %q [%s]", res.Verdict, res.Reasons, parts(res), c.verdict, c.reasons, c.parts)
			}
			if starved := c.reasons == errStarved.Error(); res.Transient != starved {
				t.Errorf("to be tried again: %v, want %v", res.Transient, starved)
			}
			if res.Name != "test-x.sh" || filepath.Base(res.File) != "test-x.sh" {
				t.Errorf("%s, %s", res.Name, res.File)
			}
		})
	}
}

// A script whose tests are not known, since it has none or computes their names, may pass
// without any.
func TestNoTests(t *testing.T) {
	s := read(t, tree(t, map[string]string{"test-x.sh": "start_test \"$made\"\n"}))
	tests, err := s.Tests(t.Context(), nil, nil, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if res := tests[0].Run(t.Context(), fakeMachine{}); res.Verdict != judge.Pass {
		t.Errorf("%s %q", res.Verdict, res.Reasons)
	}
}

func TestDiffOfTheFirstFailure(t *testing.T) {
	res := someTest(t).Run(t.Context(), fakeMachine{answer: machine.Answer{Output: "TEST: a ... not ok\n\n" + someDiff, Errno: "exit 1"}})
	if d := cmp.Diff(someDiff, res.Diff); d != "" || res.Subtests[0].Diff != someDiff {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// The log of a guest that died shows which tests had begun.
func TestGuestDies(t *testing.T) {
	log := filepath.Join(t.TempDir(), "console.log")
	filetest.Put(t, log, "[ 1.0] ===== TEST: a =====\n[ 2.0] ===== TEST: b =====\n[ 2.1] Kernel panic\n")
	died := &blame.Error{Party: blame.Kernel, Summary: "Kernel panic", Tail: "Kernel panic\n", Path: log}
	res := someTest(t).Run(t.Context(), fakeMachine{err: died})
	if res.Verdict != judge.Fail || res.Reasons[0] != `Kernel panic, in the test "b"` || parts(res) != "a PASS, b FAIL the kernel died, c SKIP not run" {
		t.Errorf("%s %q [%s]", res.Verdict, res.Reasons, parts(res))
	}
	died.Path = filepath.Join(filepath.Dir(log), "none")
	if res := someTest(t).Run(t.Context(), fakeMachine{err: died}); res.Verdict != judge.Fail || res.Reasons[0] != "Kernel panic" {
		t.Errorf("without the log: %s %q", res.Verdict, res.Reasons)
	}
}

func TestSkippedForAnOption(t *testing.T) {
	s := read(t, "testdata/fake")
	test := Test{suite: s, script: s.Scripts[0]}
	res, skip := test.Skipped(t.Context(), fakeMachine{config: map[string]string{"LIVEPATCH": "y"}})
	if !skip || res.Verdict != judge.Skip || !strings.Contains(res.Reasons[0], "CONFIG_DYNAMIC_DEBUG=y, which is not set") || !test.LeavesClean(res) {
		t.Errorf("%v %+v", skip, res)
	}
	if _, skip := test.Skipped(t.Context(), fakeMachine{}); skip {
		t.Error("skipped although the options are not known")
	}
}
