// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/blame"
)

// fated makes a fake for each letter, which decides how a case ends on it: P
// passes, F fails, D fails for another reason, E is an error, T a transient error.
func fated(fates string) (list []*fake) {
	for i, fate := range fates {
		f := &fake{name: fmt.Sprint(string(fate), i+1)}
		switch fate {
		case 'F':
			f.left = []string{"klp_a"}
		case 'D':
			f.left = []string{"klp_b"}
		case 'E':
			f.die = errors.New("no room")
		case 'T':
			f.die = &blame.Error{Party: blame.Rig, Summary: "QEMU made this", Transient: true}
		}
		list = append(list, f)
	}
	return list
}

// confirming returns a runner on the guests of a maker.
func confirming(t *testing.T, o Options, m maker) *runner {
	t.Helper()
	fresh := newEach(t.Context(), m, false, map[shape]int{})
	o.Jobs = 1
	run := (&Rig{o: o}).runner(newReused(t.Context(), m), fresh, nil)
	run.builder = noModules{}
	t.Cleanup(func() {
		if err := errors.Join(run.source.close(), fresh.close()); err != nil {
			t.Error(err)
		}
	})
	return run
}

// runFated runs a case on the fakes, one after another.
func runFated(t *testing.T, fakes []*fake, confirm uint) (judge.Result, []string) {
	t.Helper()
	m, _ := inOrder(fakes...)
	ev := &steps{}
	results, err := confirming(t, Options{Confirm: confirm}, m).runCases(t.Context(), []*casefile.Case{parse(t, "c", "")}, ev)
	if err != nil || len(results) != 1 {
		t.Fatal(results, err)
	}
	return results[0], ev.lines
}

// steps are events that also record the steps.
type steps struct {
	events
	journal
}

func (s *steps) Step(name, step string) { s.add(name + ": " + step) }

func TestSettle(t *testing.T) {
	for _, test := range []struct {
		fates     string // of the expected runs
		confirm   uint
		verdict   judge.Verdict
		text      string
		discarded int
		kept      string // the guests whose logs are kept
	}{
		{"P", 2, judge.Pass, "", 0, ""},
		{"E", 2, judge.Error, "", 0, "E1"},
		{"F", 0, judge.Fail, "", 0, "F1"},
		{"T", 0, judge.Error, "", 0, "T1"},
		{"FFF", 2, judge.Fail, "3 of 3", 0, "F1"},
		{"FPP", 2, judge.Fail, "1 of 3: not deterministic", 0, "F1"},
		{"FP", 1, judge.Fail, "1 of 2: not deterministic", 0, "F1"},
		{"FDF", 2, judge.Fail, "3 of 3, for different reasons", 0, "F1"},
		{"FEF", 2, judge.Fail, "2 of 2, and one run could not be judged", 0, "F1"},
		{"FTF", 2, judge.Fail, "2 of 2, and one run could not be judged", 0, "F1"},
		{"TP", 2, judge.Pass, "", 1, "T1"},
		{"TTP", 2, judge.Pass, "", 2, "T1 T2"},
		{"TTT", 2, judge.Error, "", 2, "T1 T2 T3"},
		{"TE", 2, judge.Error, "", 1, "T1 E2"},
		{"TFFP", 2, judge.Fail, "2 of 3: not deterministic", 1, "T1 F2"},
	} {
		fakes := fated(test.fates)
		res, _ := runFated(t, fakes, test.confirm)
		if res.Verdict != test.verdict || res.Confirmation.String() != test.text || len(res.Discarded) != test.discarded {
			t.Errorf("%s: %s, %q, %v", test.fates, res.Verdict, res.Confirmation, res.Discarded)
		}
		var kept []string
		for _, f := range fakes {
			if f.kept {
				kept = append(kept, f.name)
			}
		}
		if got := strings.Join(kept, " "); got != test.kept {
			t.Errorf("%s: the logs of %s are kept, want %s", test.fates, got, test.kept)
		}
		if test.verdict == judge.Fail && !strings.HasPrefix(res.Log, "F") {
			t.Errorf("%s: the log is %s", test.fates, res.Log)
		}
	}
}

func TestProgressOfFurtherRuns(t *testing.T) {
	_, lines := runFated(t, fated("TFFF"), 2)
	var got []string
	for _, line := range lines {
		if strings.Contains(line, "insmod") {
			got = append(got, line)
		}
	}
	want := []string{"c: insmod klp_a", "c: trying again (2 of 3): insmod klp_a", "c: confirming (2 of 3): insmod klp_a", "c: confirming (3 of 3): insmod klp_a"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestFailOfASharedGuest: a case that fails only on a used guest reveals the effect
// of an earlier case.
func TestFailOfASharedGuest(t *testing.T) {
	shared := &fake{name: "shared"}
	m, _ := inOrder(shared, &fake{name: "a"}, &fake{name: "b"})
	run := confirming(t, Options{Guests: Shared, Confirm: 2}, m)
	spoil := &spoiling{f: shared}
	if _, err := run.runCases(t.Context(), []*casefile.Case{parse(t, "one", ""), parse(t, "two", "")}, spoil); err != nil {
		t.Fatal(err)
	}
	want := []string{"one PASS ", "two FAIL 1 of 3: passes on a fresh guest, so an earlier case has changed the shared one"}
	if d := cmp.Diff(want, spoil.heard); d != "" {
		t.Error(d)
	}
}

// spoiling makes the guest fail as soon as a second case starts on it.
type spoiling struct {
	events
	f       *fake
	started int
	heard   []string
}

func (s *spoiling) Start(string) {
	if s.started++; s.started == 2 {
		s.f.left = []string{"klp_a"}
	}
}

func (s *spoiling) Case(r judge.Result) error {
	s.heard = append(s.heard, fmt.Sprintf("%s %s %s", r.Name, r.Verdict, r.Confirmation))
	return nil
}

// TestFailsBeyondTheAllowance: not all of many FAILs are confirmed, and the others
// say so. Runs take no time here.
func TestFailsBeyondTheAllowance(t *testing.T) {
	m, _ := inOrder(fated(strings.Repeat("F", 99))...)
	run := confirming(t, Options{Confirm: 2}, m)
	run.allowance.further = 1 << 60
	var list []*casefile.Case
	for i := range 5 {
		list = append(list, parse(t, fmt.Sprint("c", i), ""))
	}
	results, err := run.runCases(t.Context(), list, &events{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range results {
		got = append(got, r.Confirmation.String())
	}
	if want := []string{"3 of 3", "3 of 3", "3 of 3", "1 of 1, not confirmed, to save time", "1 of 1, not confirmed, to save time"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestBootIsConfirmed: a kernel that does not boot is booted again before it is blamed.
func TestBootIsConfirmed(t *testing.T) {
	for boots, want := range map[int]string{
		1: "a FAIL 1 of 3: not deterministic, b PASS ",
		3: "a FAIL 3 of 3, b FAIL 3 of 3",
	} {
		n := 0
		m, _ := inOrder(fated("PPP")...)
		panics := maker(func(ctx context.Context, s shape) (instance, error) {
			if n++; n <= boots {
				return nil, &blame.Error{Party: blame.Kernel, Summary: "panic at boot"}
			}
			return m(ctx, s)
		})
		run := confirming(t, Options{Confirm: 2}, panics.rememberFailures(shape{}, 3))
		ev := &spoiling{f: &fake{}}
		if _, err := run.runCases(t.Context(), []*casefile.Case{parse(t, "a", ""), parse(t, "b", "")}, ev); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(ev.heard, ", "); got != want {
			t.Errorf("%d boots fail: %s", boots, got)
		}
	}
}

// TestFailIsNotLostWithTheRun: a FAIL stays a FAIL if the run ends before it is confirmed.
func TestFailIsNotLostWithTheRun(t *testing.T) {
	m, _ := inOrder(fated("FP")...)
	run := confirming(t, Options{Confirm: 2}, m)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the time is over")
	ev := &ending{cancel: func() { cancel(why) }}
	results, err := run.runCases(ctx, []*casefile.Case{parse(t, "a", ""), parse(t, "b", "")}, ev)
	if !errors.Is(err, why) || !slices.Equal(ev.verdicts, []string{"a FAIL"}) || results[0].Confirmation.String() != "" {
		t.Errorf("%q, %v", ev.verdicts, err)
	}
}

// ending ends the run when a case is to be confirmed.
type ending struct {
	events
	cancel func()
}

func (e *ending) Step(_, step string) {
	if strings.HasPrefix(step, "confirming") {
		e.cancel()
	}
}
