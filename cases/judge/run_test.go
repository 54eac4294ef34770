// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

const smallScript = `% insmod klp_a
livepatch: enabling patch 'klp_a'
% cat /x
= 1
% rmmod klp_a`

func smallMachine() *fakeMachine {
	return &fakeMachine{
		facts: machine.Facts{Release: "6.12.117"},
		answers: map[string]fakeAnswer{
			"insmod klp_a": {log: []string{"livepatch: enabling patch 'klp_a'"}},
			"cat /x":       {output: "1\n"},
		},
	}
}

func TestRunPass(t *testing.T) {
	m, c := smallMachine(), mustParse(t, smallScript)
	c.Needs = []casefile.Condition{{Fact: "sysfs", Name: "replace", Not: true}}
	m.facts.Sysfs = map[string]bool{"replace": false}
	res := Run(t.Context(), m, c)
	if res.Verdict != Pass || len(res.Reasons) > 0 || res.Diff != "" {
		t.Errorf("%+v", res)
	}
	if want := smallScript + "\n"; res.Observed != want {
		t.Errorf("observed:\n%s\nwant:\n%s", res.Observed, want)
	}
	want := []string{"Facts", "Begin", "% insmod klp_a", "% cat /x", "% rmmod klp_a", "End"}
	if d := cmp.Diff(want, m.calls); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"replace"}, m.attrs); d != "" {
		t.Error(d)
	}
	if res.Name != "t" || res.Title != "Title" || res.File != "t.txtar" || len(res.Observation.Answers) != 3 {
		t.Errorf("%+v", res)
	}
}

func TestRunSkip(t *testing.T) {
	m, c := smallMachine(), mustParse(t, smallScript)
	c.Needs = []casefile.Condition{{Fact: "kernel", Op: ">=", Value: "6.1"}, {Fact: "kernel", Op: ">=", Value: "6.14"}}
	res := Run(t.Context(), m, c)
	if d := cmp.Diff([]string{"needs kernel >= 6.14; this is 6.12.117"}, res.Reasons); res.Verdict != Skip || d != "" {
		t.Errorf("%s:\n%s", res.Verdict, d)
	}
	if d := cmp.Diff([]string{"Facts"}, m.calls); d != "" {
		t.Error(d)
	}
}

// A kernel without SMP has one CPU, whatever the machine has.
func TestRunSkipsWhatNeedsCPUs(t *testing.T) {
	for name, test := range map[string]struct {
		cpus   int
		config map[string]string
		why    string
	}{
		"one":       {1, map[string]string{"PRINTK": "y"}, ""},
		"two":       {2, map[string]string{"SMP": "y"}, ""},
		"not known": {2, nil, ""},
		"no SMP":    {2, map[string]string{"PRINTK": "y"}, "needs config SMP; it is not set"},
	} {
		c := mustParse(t, smallScript)
		c.CPUs = test.cpus
		if why := c.Skip(machine.Facts{Release: "6.12", Config: test.config, Sysfs: map[string]bool{"replace": true}}); why != test.why {
			t.Errorf("%s: %q", name, why)
		}
	}
}

// TestRunSkipsWhatWouldShowNothing: conditions must not leave a case that
// passes because it checks nothing.
func TestRunSkipsWhatWouldShowNothing(t *testing.T) {
	tests := []struct{ script, why string }{
		{"", "the case has no command for this kernel"},
		{"[kernel >= 6.14] % insmod klp_a", "the case has no command for this kernel"},
		{"[kernel >= 6.14] % insmod klp_a\n% cat /x", "the case loads no module on this kernel"},
		{"% insmod klp_a\n[config KASAN] % rmmod klp_a\n[not config KASAN] % cat /x", "needs config KASAN, which is unknown for this kernel"},
		{"% insmod klp_a\n[not sysfs patched] a\n[sysfs patched] b", "needs not sysfs patched, which is unknown for this kernel"},
	}
	for _, test := range tests {
		m := smallMachine()
		res := Run(t.Context(), m, mustParse(t, test.script))
		if d := cmp.Diff([]string{test.why}, res.Reasons); res.Verdict != Skip || d != "" {
			t.Errorf("%q: %s\n%s", test.script, res.Verdict, d)
		}
		if d := cmp.Diff([]string{"Facts"}, m.calls); d != "" {
			t.Errorf("%q:\n%s", test.script, d)
		}
	}
	m := smallMachine()
	if res := Run(t.Context(), m, mustParse(t, "% cat /x\n= 1")); res.Verdict != Pass {
		t.Errorf("a case that loads nothing anywhere: %s", res.Verdict)
	}
}

func TestRunGoesOnAfterErrno(t *testing.T) {
	m, c := smallMachine(), mustParse(t, smallScript)
	m.answers["insmod klp_a"] = fakeAnswer{errno: "EINVAL"}
	res := Run(t.Context(), m, c)
	if res.Verdict != Fail || !strings.Contains(res.Diff, "+! EINVAL\n") || res.Reasons[0] != "t.txtar:5: expected: livepatch: enabling patch 'klp_a'; got: ! EINVAL" {
		t.Errorf("%+v", res)
	}
	if n := len(m.commands()); n != 3 || m.calls[len(m.calls)-1] != "End" {
		t.Errorf("calls: %q", m.calls)
	}
}

func TestRunEndsAtStall(t *testing.T) {
	m, c := smallMachine(), mustParse(t, smallScript)
	m.answers["insmod klp_a"] = fakeAnswer{stall: &machine.Stall{What: "transition of klp_a", Limit: time.Minute}}
	res := Run(t.Context(), m, c)
	if res.Verdict != Fail || res.Reasons[0] != "% insmod klp_a: transition of klp_a did not end within 1m0s" {
		t.Errorf("%+v", res)
	}
	if d := cmp.Diff([]string{"% insmod klp_a"}, m.commands()); d != "" {
		t.Error(d)
	}
}

func TestRunBlames(t *testing.T) {
	const warning = "WARNING: CPU: 0 PID: 1 at kernel/livepatch/state.c:69 klp_get_prev_state+0x1/0x2"
	death := &blame.Error{Party: blame.Kernel, Summary: "the kernel panicked", Advice: "read it", Tail: "Kernel panic\n", Path: "/log"}
	tests := []struct {
		name    string
		change  func(*fakeMachine)
		verdict Verdict
		reasons []string
	}{
		{"facts", func(m *fakeMachine) { m.broken["Facts"] = errUnplugged }, Error, []string{"unplugged"}},
		{"begin", func(m *fakeMachine) { m.broken["Begin"] = errUnplugged }, Error, []string{"unplugged"}},
		{
			"stall", func(m *fakeMachine) {
				m.answers["insmod klp_a"] = fakeAnswer{stall: &machine.Stall{What: "end of insmod klp_a", Limit: time.Minute}}
				m.broken["End"] = errUnplugged
			},
			Fail, []string{"% insmod klp_a: did not end within 1m0s", "unplugged"},
		},
		{
			"starved", func(m *fakeMachine) {
				m.answers["insmod klp_a"] = fakeAnswer{stall: &machine.Stall{What: "end of insmod klp_a", Limit: time.Minute, Starved: true}}
				m.broken["End"] = errUnplugged
			},
			Error, []string{"unplugged", Starved},
		},
		{"end", func(m *fakeMachine) { m.broken["End"] = errUnplugged }, Error, []string{"unplugged"}},
		{"step", func(m *fakeMachine) { m.answers["cat /x"] = fakeAnswer{err: errUnplugged} }, Error, []string{"% cat /x: unplugged"}},
		{"lines", func(m *fakeMachine) { m.broken["End"] = errors.New("cc:\n\x1bbad\n") }, Error, []string{"cc:", `\x1bbad`}},
		{"death", func(m *fakeMachine) { m.answers["cat /x"] = fakeAnswer{err: death} }, Fail, []string{"% cat /x: the kernel panicked"}},
		{
			"splat", func(m *fakeMachine) { m.answers["cat /x"] = fakeAnswer{err: errUnplugged, log: []string{warning}} },
			Fail, []string{"unexpected WARNING klp_get_prev_state: " + warning, "% cat /x: unplugged"},
		},
		{
			"emulator", func(m *fakeMachine) {
				m.answers["cat /x"] = fakeAnswer{err: &blame.Error{Summary: "QEMU made this crash", Transient: true}, log: []string{warning}}
			},
			Error, []string{"% cat /x: QEMU made this crash", "unexpected WARNING klp_get_prev_state: " + warning},
		},
	}
	for _, test := range tests {
		m := smallMachine()
		m.broken = map[string]error{}
		test.change(m)
		res := Run(t.Context(), m, mustParse(t, smallScript))
		if d := cmp.Diff(test.reasons, res.Reasons); d != "" || res.Verdict != test.verdict {
			t.Errorf("%s: %s\n%s", test.name, res.Verdict, d)
		}
		if test.name == "death" && (res.Tail != death.Tail || res.Advice != death.Advice || res.Log != death.Path || !strings.Contains(res.Diff, "-= 1")) {
			t.Errorf("%s: %+v", test.name, res)
		}
		if res.Transient != (test.name == "emulator") {
			t.Errorf("%s: transient: %v", test.name, res.Transient)
		}
		if test.verdict == Error && res.Diff != "" {
			t.Errorf("%s: a diff that blames nobody:\n%s", test.name, res.Diff)
		}
	}
}

// TestRunBlamesAStarvedHost: a stall in the log of a starved host proves nothing, also if the
// run breaks off.
func TestRunBlamesAStarvedHost(t *testing.T) {
	const stall, warning = "rcu: INFO: rcu_sched self-detected stall on CPU", "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2"
	for _, test := range []struct {
		log     string
		starved bool
		inStep  bool // it breaks off there, and otherwise at the end
		reasons string
		want    Verdict
	}{
		{stall, false, false, "unexpected stall: " + stall + "; unplugged", Fail},
		{stall, true, false, "unplugged; " + Starved + "; unexpected stall: " + stall, Error},
		{stall, true, true, "% cat /x: unplugged; " + Starved + "; unexpected stall: " + stall, Error},
		{warning, true, true, "unexpected WARNING f: " + warning + "; % cat /x: unplugged", Fail},
	} {
		m := smallMachine()
		answer := fakeAnswer{log: []string{test.log}}
		if test.inStep {
			answer.err, answer.starved = errUnplugged, test.starved
		} else {
			m.end.Starved, m.broken = test.starved, map[string]error{"End": errUnplugged}
		}
		m.answers["cat /x"] = answer
		res := Run(t.Context(), m, mustParse(t, smallScript))
		if got := strings.Join(res.Reasons, "; "); got != test.reasons || res.Verdict != test.want {
			t.Errorf("%s, starved %v: %s %q", test.log, test.starved, res.Verdict, got)
		}
	}
}

func TestRunLimits(t *testing.T) {
	tests := []struct {
		timeout time.Duration
		want    time.Duration // of the first wait
	}{{0, time.Minute}, {10 * time.Minute, time.Minute}, {20 * time.Second, 20 * time.Second}}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			m, c := smallMachine(), mustParse(t, smallScript)
			c.Timeout = test.timeout
			Run(t.Context(), m, c)
			if m.limits[0] != test.want {
				t.Errorf("Timeout %s: a wait of %s", test.timeout, m.limits[0])
			}
		})
	}
}

func TestRunTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := smallMachine(), mustParse(t, smallScript)
		m.hang = "cat /x"
		res := Run(t.Context(), m, c)
		if d := cmp.Diff([]string{"% cat /x: the case did not end within 5m0s"}, res.Reasons); res.Verdict != Error || d != "" {
			t.Errorf("%s:\n%s", res.Verdict, d)
		}
		if res.Duration != 5*time.Minute+answerGrace {
			t.Errorf("took %s", res.Duration)
		}
	})
}

func TestRunOutOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := smallMachine(), mustParse(t, smallScript)
		c.Timeout = time.Minute
		slow := slowMachine{m}
		res := Run(t.Context(), slow, c)
		if d := cmp.Diff([]string{"the case did not end within 1m0s"}, res.Reasons); res.Verdict != Error || d != "" {
			t.Errorf("%s:\n%s", res.Verdict, d)
		}
		if d := cmp.Diff([]time.Duration{time.Minute, 20 * time.Second}, m.limits); d != "" {
			t.Error(d)
		}
	})
}

// slowMachine takes 40 s for each command.
type slowMachine struct{ *fakeMachine }

func (m slowMachine) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	time.Sleep(40 * time.Second)
	return m.fakeMachine.Step(ctx, cmd, limit)
}

// TestRunBlamesAShortCase: a wait that times out is the kernel's fault also if it got the
// whole of a short case's time, which earlier commands have shortened a little.
func TestRunBlamesAShortCase(t *testing.T) {
	for _, test := range []struct {
		timeout, before time.Duration // limit of the case, and what a command before the wait takes
		want            Verdict
		reason          string
	}{
		{30 * time.Second, time.Millisecond, Fail, "% rmmod klp_a: did not end within 30s"},
		{30 * time.Second, 5 * time.Second, Fail, "% rmmod klp_a: did not end within 20s"},
		{30 * time.Second, 10 * time.Second, Error, "the case's time limit of 30s left no more than 10s for a wait"},
		{5 * time.Minute, 10 * time.Second, Fail, "% rmmod klp_a: did not end within 1m0s"},
		{5 * time.Minute, 140 * time.Second, Error, "the case's time limit of 5m0s left no more than 20s for a wait"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := mustParse(t, smallScript)
			c.Timeout = test.timeout
			res := Run(t.Context(), stallingMachine{smallMachine(), "rmmod klp_a", test.before}, c)
			if res.Verdict != test.want || res.Reasons[0] != test.reason {
				t.Errorf("%s of %s before it: %s %q", test.before, test.timeout, res.Verdict, res.Reasons)
			}
		})
	}
}

// stallingMachine takes a time for each command but one, whose wait times out.
type stallingMachine struct {
	*fakeMachine
	stalls string
	takes  time.Duration
}

func (m stallingMachine) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	a, err := m.fakeMachine.Step(ctx, cmd, limit)
	if cmd.Text == m.stalls {
		a.Stall = &machine.Stall{What: "end of it", Limit: limit}
		time.Sleep(limit)
	} else {
		time.Sleep(m.takes)
	}
	return a, err
}

func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("interrupted"))
	m := smallMachine()
	m.hang = "insmod klp_a"
	res := Run(ctx, m, mustParse(t, smallScript))
	if d := cmp.Diff([]string{"% insmod klp_a: interrupted"}, res.Reasons); res.Verdict != Error || d != "" {
		t.Errorf("%s:\n%s", res.Verdict, d)
	}
}

// dyingMachine finds out that the kernel is dead only after ctx has ended.
type dyingMachine struct{ *fakeMachine }

func (m dyingMachine) Step(ctx context.Context, _ machine.Command, _ time.Duration) (machine.Answer, error) {
	<-ctx.Done()
	return machine.Answer{}, &blame.Error{Party: blame.Kernel, Summary: "the kernel panicked"}
}

func TestRunDeathAtTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res := Run(t.Context(), dyingMachine{smallMachine()}, mustParse(t, smallScript))
		if d := cmp.Diff([]string{"% insmod klp_a: the kernel panicked"}, res.Reasons); res.Verdict != Fail || d != "" {
			t.Errorf("%s:\n%s", res.Verdict, d)
		}
	})
}

// TestRunOnTwoKernels runs one file where its conditions hold and where they
// do not.
func TestRunOnTwoKernels(t *testing.T) {
	data, err := os.ReadFile("../casefile/testdata/conditions.txtar")
	if err != nil {
		t.Fatal(err)
	}
	c, err := casefile.Parse("conditions.txtar", data)
	if err != nil {
		t.Fatal(err)
	}
	const cat = "cat /sys/kernel/livepatch/klp_a/stack_order"
	for there, want := range map[bool][]string{
		true:  {"% insmod klp_a states=1:1", "% " + cat, "% rmmod klp_a"},
		false: {"% insmod klp_a states=1:1", "% rmmod klp_a"},
	} {
		m := &fakeMachine{
			facts:   machine.Facts{Release: "6.12.117", Sysfs: map[string]bool{"stack_order": there}},
			answers: map[string]fakeAnswer{cat: {output: "1\n"}},
		}
		res := Run(t.Context(), m, c)
		if d := cmp.Diff(want, m.commands()); res.Verdict != Pass || d != "" {
			t.Errorf("%t: %s %q\n%s", there, res.Verdict, res.Reasons, d)
		}
	}
}
