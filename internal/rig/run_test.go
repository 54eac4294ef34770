// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/kmods"
	"github.com/klptest/klptest/vm"
)

// fake is a guest without a VM. It logs nothing, so a case without expectations passes.
type fake struct {
	name    string
	left    []string // modules loaded at the end
	worn    []string // additional modules after every case but the first
	served  int      // cases that have ended
	die     error    // the error of each step
	refusal string   // the kernel's line about each module that it refuses; empty: it refuses none
	putErr  error
	wakeErr error
	endErr  error // of Close
	kept    bool  // its logs were requested
	log     *journal
}

func (f *fake) say(what string) { f.log.add(f.name + " " + what) }

// journal records events in order, also from several goroutines.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

// count returns how many lines end in a word.
func (j *journal) count(word string) (n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range j.lines {
		if strings.HasSuffix(line, " "+word) {
			n++
		}
	}
	return n
}

func (f *fake) machine(_ string, step func(string)) machine.Machine { return fakeMachine{f, step} }
func (f *fake) put(context.Context, []kmods.Module) error {
	return f.putErr
}
func (f *fake) putFiles(_ context.Context, files map[string][]byte) error {
	f.say(fmt.Sprintf("put files %d", len(files)))
	return f.putErr
}
func (f *fake) rest(context.Context) error { f.say("rest"); return nil }
func (f *fake) wake(context.Context) error { f.say("wake"); return f.wakeErr }
func (f *fake) preserve() (log, qemu string) {
	f.kept = true
	return f.name + ".log", "qemu " + f.name
}
func (f *fake) attach(name, _ string) string {
	f.kept = true
	return f.name + "/" + name
}
func (f *fake) used() (vm.CPUTime, bool) { return vm.CPUTime{}, false }
func (f *fake) alive() bool              { return f.die == nil }
func (f *fake) Close() error             { f.say("close"); return f.endErr }

type fakeMachine struct {
	*fake
	step func(string)
}

func (m fakeMachine) Facts(context.Context, []string) (machine.Facts, error) {
	return machine.Facts{Release: "6.12.0"}, nil
}
func (m fakeMachine) Begin(context.Context) error { return nil }
func (m fakeMachine) Step(_ context.Context, cmd machine.Command, _ time.Duration) (machine.Answer, error) {
	m.step(cmd.Text)
	m.say(cmd.Text)
	a := machine.Answer{Records: []machine.Record{{Facility: 1, Text: "% " + cmd.Text}}}
	if cmd.Verb == machine.Insmod && m.refusal != "" {
		a.Errno, a.Records = "EPERM", append(a.Records, machine.Record{Text: m.refusal})
	}
	return a, m.die
}
func (m fakeMachine) End(context.Context) (machine.EndState, error) {
	m.served++
	if m.served > 1 {
		return machine.EndState{Modules: append(slices.Clone(m.left), m.worn...)}, nil
	}
	return machine.EndState{Modules: m.left}, nil
}

// counters returns counters that name their guest.
func (m fakeMachine) counters() gcov.Counters { return gcov.Counters{m.name: {}} }

// events keeps the verdicts in order.
type events struct {
	verdicts []string
	err      error
}

func (e *events) Start(string)        {}
func (e *events) Step(string, string) {}
func (e *events) Case(r judge.Result) error {
	e.verdicts = append(e.verdicts, r.Name+" "+string(r.Verdict))
	return e.err
}

func parse(t *testing.T, name, headers string) *casefile.Case {
	t.Helper()
	c, err := casefile.Parse(name, []byte("A case.\n\n"+headers+"\n-- transcript --\n% insmod klp_a\n"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inOrder returns a maker that makes the fakes one after the other.
func inOrder(fakes ...*fake) (maker, *journal) {
	log := &journal{}
	var mu sync.Mutex
	return func(context.Context, shape) (instance, error) {
		mu.Lock()
		defer mu.Unlock()
		f := fakes[0]
		fakes = fakes[1:]
		f.log = log
		f.say("boot")
		return f, nil
	}, log
}

// newRunner returns a runner on one fake at a time, in order.
func newRunner(fakes ...*fake) (*runner, *journal) {
	m, log := inOrder(fakes...)
	return &runner{source: newReused(context.Background(), m), builder: noModules{}, pace: fixedPace(1)}, log
}

type noModules struct{ err error }

func (n noModules) of(context.Context, Test) ([]kmods.Module, error) { return nil, n.err }

// watcher receives the results of a run, and may end it.
type watcher interface {
	Progress
	Case(judge.Result) error
}

// runCases runs cases and reports each to w.
func (r *runner) runCases(ctx context.Context, list []*casefile.Case, w watcher) (results []judge.Result, err error) {
	r.progress = w
	for res, err := range r.run(ctx, Cases(list)) {
		if err != nil {
			return results, err
		}
		results = append(results, res)
		if err := w.Case(res); err != nil {
			return results, err
		}
	}
	return results, nil
}

func TestGuestServesTheNextCaseOnlyWhenClean(t *testing.T) {
	tests := []struct {
		name    string
		first   fake
		headers string
		want    []string
		keep    bool
	}{
		{"after PASS", fake{name: "1"}, "", []string{"1 boot", "1 insmod klp_a", "1 insmod klp_a"}, false},
		{"after SKIP", fake{name: "1"}, "Needs: kernel >= 99.0\n", []string{"1 boot", "1 insmod klp_a"}, false},
		{"after a leak", fake{name: "1", left: []string{"klp_a"}}, "", []string{"1 boot", "1 insmod klp_a", "1 close", "2 boot", "2 insmod klp_a"}, true},
		{"after what was allowed to stay", fake{name: "1", left: []string{"klp_a"}}, "Leaves: klp_a\n", []string{"1 boot", "1 insmod klp_a", "1 close", "2 boot", "2 insmod klp_a"}, false},
		{"after its taint", fake{name: "1"}, "Taints: W\n", []string{"1 boot", "1 insmod klp_a", "1 close", "2 boot", "2 insmod klp_a"}, false},
		{"after its death", fake{name: "1", die: &blame.Error{Party: blame.Kernel, Summary: "panic"}}, "", []string{"1 boot", "1 insmod klp_a", "1 close", "2 boot", "2 insmod klp_a"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, log := newRunner(&tt.first, &fake{name: "2"})
			list := []*casefile.Case{parse(t, "one", tt.headers), parse(t, "two", "")}
			if _, err := r.runCases(t.Context(), list, &events{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, log.lines); diff != "" {
				t.Error(diff)
			}
			if tt.first.kept != tt.keep {
				t.Errorf("logs kept: %v, want %v", tt.first.kept, tt.keep)
			}
		})
	}
}

func TestFailureCarriesItsTraces(t *testing.T) {
	r, _ := newRunner(&fake{name: "1", left: []string{"klp_a"}})
	results, err := r.runCases(t.Context(), []*casefile.Case{parse(t, "one", "")}, &events{})
	if err != nil || len(results) != 1 {
		t.Fatal(results, err)
	}
	if res := results[0]; res.Verdict != judge.Fail || res.Log != "1.log" || res.QEMU != "qemu 1" || res.Duration <= 0 {
		t.Errorf("%+v", res)
	}
}

// TestSkippedCaseIsNotBuilt: a case's own modules are not built for a kernel on
// which the case is skipped: the build may fail there.
func TestSkippedCaseIsNotBuilt(t *testing.T) {
	for needs, want := range map[string]judge.Verdict{"kernel < 6.12": judge.Skip, "kernel >= 6.12": judge.Error} {
		r, _ := newRunner(&fake{name: "1"})
		r.builder = noModules{errors.New("it does not compile")}
		c := parse(t, "one", "Needs: "+needs+"\n")
		c.Sources = []casefile.Source{{Name: "klp_a.c"}}
		results, err := r.runCases(t.Context(), []*casefile.Case{c}, &events{})
		if err != nil || len(results) != 1 || results[0].Verdict != want {
			t.Errorf("%s: %+v, %v; want %s", needs, results, err, want)
		}
	}
}

// TestCompilersOutputIsTheLog: the compiler's output is the log of a case
// whose C does not compile.
func TestCompilersOutputIsTheLog(t *testing.T) {
	f := &fake{name: "1"}
	r, _ := newRunner(f)
	r.builder = noModules{kmods.Failure{Err: &blame.Error{Party: blame.User, Summary: "x.c does not compile"}, Log: "x.c:1: no"}}
	results, err := r.runCases(t.Context(), []*casefile.Case{parse(t, "one", "")}, &events{})
	if err != nil || len(results) != 1 || results[0].Log != "1/build.log" || results[0].Reasons[0] != "x.c does not compile" {
		t.Errorf("%+v, %v", results, err)
	}
}

func TestBootThatFailsIsTriedOnceForEachShape(t *testing.T) {
	boots := 0
	boot := maker(func(context.Context, shape) (instance, error) {
		boots++
		return nil, &blame.Error{Party: blame.Kernel, Summary: "panic at boot"}
	})
	r := &runner{source: newReused(t.Context(), boot.rememberFailures(shape{cpus: 1, memory: 512}, 1)), builder: noModules{}, pace: fixedPace(1), def: shape{cpus: 1, memory: 512}}
	list := []*casefile.Case{parse(t, "a", ""), parse(t, "b", ""), parse(t, "c", "CPUs: 2\n"), parse(t, "d", "CPUs: 1\n")}
	ev := &events{}
	if _, err := r.runCases(t.Context(), list, ev); err != nil {
		t.Fatal(err)
	}
	if want := []string{"a FAIL", "b FAIL", "c FAIL", "d FAIL"}; !slices.Equal(ev.verdicts, want) {
		t.Errorf("verdicts %q, want %q", ev.verdicts, want)
	}
	if boots != 2 {
		t.Errorf("%d boots for 2 shapes", boots)
	}
}

// TestRigThatFailsOnce: a case without a guest does not affect later cases, until
// the rig fails twice in a row. Then no further case is run.
func TestRigThatFailsOnce(t *testing.T) {
	fails := []int{2, 4, 5} // of the guests
	n := 0
	m, _ := inOrder(&fake{name: "0"}, &fake{name: "1"}, &fake{name: "3"})
	boot := maker(func(ctx context.Context, s shape) (instance, error) {
		defer func() { n++ }()
		if slices.Contains(fails, n) {
			return nil, errors.New("no QEMU")
		}
		return m(ctx, s)
	})
	r := &runner{source: newEach(t.Context(), boot.rememberFailures(shape{}, 1), false, map[shape]int{}), builder: noModules{}, pace: fixedPace(1)}
	var list []*casefile.Case
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		list = append(list, parse(t, name, ""))
	}
	ev := &events{}
	_, err := r.runCases(t.Context(), list, ev)
	want := []string{"a PASS", "b PASS", "c ERROR", "d PASS", "e ERROR"}
	if !slices.Equal(ev.verdicts, want) || n != 6 || err == nil || err.Error() != "no case can be run: no QEMU" {
		t.Errorf("%d guests: %q, %v", n, ev.verdicts, err)
	}
}

// TestUnfit: a fault of the rig itself ends the run, with no result for any case.
func TestUnfit(t *testing.T) {
	def, large := shape{cpus: 1, memory: 512}, shape{cpus: 2, memory: 512}
	rig, transient := &blame.Error{Summary: "no QEMU"}, &blame.Error{Summary: "no room", Transient: true}
	for name, test := range map[string]struct {
		fails   map[shape]error
		modules error
		confirm uint
		want    []string
		err     error
	}{
		"rig":                {map[shape]error{def: rig}, nil, 2, nil, rig},
		"user":               {map[shape]error{def: blame.Userf("bad")}, nil, 2, nil, blame.Userf("bad")},
		"transient, again":   {map[shape]error{def: transient}, nil, 2, nil, transient},
		"transient":          {map[shape]error{def: transient}, nil, 0, []string{"a ERROR", "b PASS"}, transient},
		"of another shape":   {map[shape]error{large: rig}, nil, 2, []string{"a PASS", "b ERROR", "c PASS"}, nil},
		"of every shape":     {map[shape]error{def: rig, large: rig}, nil, 2, nil, rig},
		"shipped modules":    {nil, Unfit{rig}, 2, nil, rig},
		"modules of a case":  {nil, rig, 2, []string{"a ERROR", "b ERROR", "c ERROR"}, nil},
		"kernel, it is told": {map[shape]error{def: &blame.Error{Party: blame.Kernel, Summary: "panic"}}, nil, 0, []string{"a FAIL", "b PASS", "c FAIL"}, nil},
	} {
		m, _ := inOrder(fated("PPPP")...)
		boot := maker(func(ctx context.Context, s shape) (instance, error) {
			if err := test.fails[s]; err != nil {
				return nil, err
			}
			return m(ctx, s)
		})
		run := confirming(t, Options{Confirm: test.confirm}, boot.rememberFailures(def, 1+test.confirm))
		run.def, run.builder = def, noModules{test.modules}
		ev := &events{}
		_, err := run.runCases(t.Context(), []*casefile.Case{parse(t, "a", ""), parse(t, "b", "CPUs: 2\n"), parse(t, "c", "")}, ev)
		if !slices.Equal(ev.verdicts, test.want) || (err == nil) != (test.err == nil) || err != nil && err.Error() != "no case can be run: "+test.err.Error() {
			t.Errorf("%s: %q, %v", name, ev.verdicts, err)
		}
	}
}

func TestRigsFaultIsAnError(t *testing.T) {
	broken := errors.New("disk full")
	for name, spoil := range map[string]func(*runner, *fake){
		"modules": func(r *runner, _ *fake) {
			r.builder = noModules{broken}
		},
		"copying": func(_ *runner, f *fake) { f.putErr = broken },
		"agent":   func(_ *runner, f *fake) { f.die = broken },
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{name: "1"}
			r, _ := newRunner(f)
			spoil(r, f)
			ev := &events{}
			if _, err := r.runCases(t.Context(), []*casefile.Case{parse(t, "one", "")}, ev); err != nil {
				t.Fatal(err)
			}
			if want := []string{"one ERROR"}; !slices.Equal(ev.verdicts, want) {
				t.Errorf("verdicts %q, want %q", ev.verdicts, want)
			}
		})
	}
}

func TestRunEndsEarlyWhenCancelledOrUnheard(t *testing.T) {
	list := []*casefile.Case{parse(t, "one", ""), parse(t, "two", "")}
	t.Run("cancelled", func(t *testing.T) {
		f := &fake{name: "1"}
		r, _ := newRunner(f)
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		ev := &events{}
		results, err := r.runCases(ctx, list, ev)
		if !errors.Is(err, why) || len(results) != 0 || ev.verdicts != nil || f.kept {
			t.Errorf("%v, %v, %v, kept %v", results, err, ev.verdicts, f.kept)
		}
	})
	t.Run("unheard", func(t *testing.T) {
		r, _ := newRunner(&fake{name: "1"})
		ev := &events{err: errors.New("broken pipe")}
		results, err := r.runCases(t.Context(), list, ev)
		if !errors.Is(err, ev.err) || len(results) != 1 {
			t.Errorf("%v, %v", results, err)
		}
	})
}
