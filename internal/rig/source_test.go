// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/kmods"
)

// With --one-vm cases run one at a time, and a guest that a case has left dirty is
// replaced: later cases are not to blame.
func TestOneVM(t *testing.T) {
	m, log := inOrder(&fake{name: "1", left: []string{"klp_a"}}, &fake{name: "2"})
	r := &Rig{o: Options{Guests: Shared, Jobs: 4}}
	run := r.runner(newReused(t.Context(), m), nil, nil)
	run.builder = noModules{}
	list := []*casefile.Case{parse(t, "dirty", "Leaves: klp_a\n"), parse(t, "two", ""), parse(t, "three", "")}
	ev := &events{}
	if _, err := run.runCases(t.Context(), list, ev); err != nil {
		t.Fatal(err)
	}
	if want := []string{"dirty PASS", "two PASS", "three PASS"}; !slices.Equal(ev.verdicts, want) {
		t.Errorf("verdicts %q, want %q", ev.verdicts, want)
	}
	want := []string{"1 boot", "1 insmod klp_a", "1 close", "2 boot", "2 insmod klp_a", "2 insmod klp_a"}
	if diff := cmp.Diff(want, log.lines); diff != "" {
		t.Error(diff)
	}
}

// A case's own module replaces the shipped one of the same name, and vice versa.
func TestGuestKnowsModulesByTheirFile(t *testing.T) {
	g := &Guest{files: map[string]string{"klp_a": "/cache/1/klp_a.ko"}}
	for path, want := range map[string]bool{"/cache/1/klp_a.ko": true, "/cache/2/klp_a.ko": false} {
		if got := g.has(kmods.Module{Name: "klp_a", Path: path}); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestEachCaseHasItsOwnGuest(t *testing.T) {
	m, log := inOrder(&fake{name: "1"}, &fake{name: "2"}, &fake{name: "3"})
	e := newEach(t.Context(), m, false, map[shape]int{{}: 2})
	r := runner{source: e, builder: noModules{}, pace: fixedPace(1)}
	if _, err := r.runCases(t.Context(), []*casefile.Case{parse(t, "one", ""), parse(t, "two", "")}, &events{}); err != nil {
		t.Fatal(err)
	}
	if err := e.close(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(log.lines) // a guest may be closed during the next boot
	want := []string{"1 boot", "1 close", "1 insmod klp_a", "2 boot", "2 close", "2 insmod klp_a"}
	if diff := cmp.Diff(want, log.lines); diff != "" {
		t.Error(diff)
	}
}

// TestErrorsOfClosing: guests that cannot be closed give one short line,
// with each reason once.
func TestErrorsOfClosing(t *testing.T) {
	for name, open := range map[string]func(maker) source{
		"each":   func(m maker) source { return newEach(t.Context(), m, false, map[shape]int{{}: 3}) },
		"reused": func(m maker) source { return newReused(t.Context(), m) },
	} {
		full := errors.New("no space left on device")
		m, _ := inOrder(&fake{name: "1", endErr: full}, &fake{name: "2", endErr: full}, &fake{name: "3", endErr: full})
		from := open(m)
		var guests []instance
		for range 3 {
			g, _, err := from.get(t.Context(), shape{})
			if err != nil {
				t.Fatal(err)
			}
			guests = append(guests, g)
		}
		for _, g := range guests {
			from.put(shape{}, g, true)
		}
		if err := from.close(); err == nil || err.Error() != full.Error() {
			t.Errorf("%s: %q, want %q", name, err, full)
		}
	}
}

// TestNextGuestIsMadeAhead: a guest is made ahead while a case runs, but never one
// too many, and an unused guest is closed.
func TestNextGuestIsMadeAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, log := inOrder(&fake{name: "1"}, &fake{name: "2"}, &fake{name: "3"})
		e := newEach(t.Context(), m, true, map[shape]int{{}: 3})
		for i := range 2 {
			g, _, err := e.get(t.Context(), shape{})
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if want := fmt.Sprintf("%d rest", i+2); log.lines[len(log.lines)-1] != want {
				t.Fatalf("after guest %d: %q", i+1, log.lines)
			}
			e.put(shape{}, g, true)
			synctest.Wait()
		}
		if err := e.close(); err != nil {
			t.Fatal(err)
		}
		want := []string{"1 boot", "2 boot", "2 rest", "1 close", "2 wake", "3 boot", "3 rest", "2 close", "3 close"}
		if diff := cmp.Diff(want, log.lines); diff != "" {
			t.Error(diff)
		}
	})
}

// TestGuestThatDoesNotWake: a guest that does not wake is closed, and the
// case gets the error.
func TestGuestThatDoesNotWake(t *testing.T) {
	gone := errors.New("gone")
	m, log := inOrder(&fake{name: "1"}, &fake{name: "2", wakeErr: gone})
	e := newEach(t.Context(), m, true, map[shape]int{{}: 2})
	if _, _, err := e.get(t.Context(), shape{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.get(t.Context(), shape{}); !errors.Is(err, gone) {
		t.Error(err)
	}
	if err := e.close(); err != nil {
		t.Fatal(err)
	}
	want := []string{"1 boot", "2 boot", "2 rest", "2 wake", "2 close"}
	if diff := cmp.Diff(want, log.lines); diff != "" {
		t.Error(diff)
	}
}

func TestResultsComeInOrderOfTheCases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var names []string
		var list []*casefile.Case
		for i := range 8 {
			names = append(names, fmt.Sprintf("case-%d PASS", i))
			list = append(list, parse(t, fmt.Sprintf("case-%d", i), ""))
		}
		log := &journal{}
		var busy busy
		takes := 10 * time.Second
		m := maker(func(context.Context, shape) (instance, error) {
			busy.mu.Lock()
			defer busy.mu.Unlock()
			takes -= time.Second
			return &slow{fake{name: "g", log: log}, takes, &busy}, nil
		})
		e := newEach(t.Context(), m, false, map[shape]int{{}: 8})
		r := runner{source: e, builder: noModules{}, pace: fixedPace(3)}
		ev := &events{}
		if _, err := r.runCases(t.Context(), list, ev); err != nil {
			t.Fatal(err)
		}
		if err := e.close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(names, ev.verdicts); diff != "" {
			t.Error(diff)
		}
		if busy.most != 3 {
			t.Errorf("%d cases ran side by side, want 3", busy.most)
		}
	})
}

// busy counts the cases that run in parallel.
type busy struct {
	mu        sync.Mutex
	now, most int
}

func (b *busy) add(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now += n
	b.most = max(b.most, b.now)
}

// slow is a fake that takes time to get its modules, the first one the longest.
type slow struct {
	fake
	takes time.Duration
	busy  *busy
}

func (s *slow) put(context.Context, []kmods.Module) error {
	s.busy.add(1)
	defer s.busy.add(-1)
	time.Sleep(s.takes)
	return nil
}

// TestReusedGuestsOutliveRuns: reused guests outlive the run that made them, and
// are closed if a case has left something in them, or if they have died.
func TestReusedGuestsOutliveRuns(t *testing.T) {
	dead := &fake{name: "1"}
	m, log := inOrder(dead, &fake{name: "2", left: []string{"klp_a"}}, &fake{name: "3"})
	var lives []context.Context
	r := newReused(t.Context(), func(ctx context.Context, s shape) (instance, error) {
		lives = append(lives, ctx)
		return m(ctx, s)
	})
	for i := range 5 {
		run := runner{source: r, builder: noModules{}, pace: fixedPace(1)}
		if _, err := run.runCases(t.Context(), []*casefile.Case{parse(t, "one", "")}, &events{}); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			dead.die = errors.New("gone")
		}
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1 boot", "1 insmod klp_a", "1 insmod klp_a", "1 close", "2 boot", "2 insmod klp_a", "2 close",
		"3 boot", "3 insmod klp_a", "3 insmod klp_a", "3 close",
	}
	if diff := cmp.Diff(want, log.lines); diff != "" {
		t.Error(diff)
	}
	for _, ctx := range lives {
		if ctx.Err() != nil {
			t.Error("a guest ends with the run that has made it")
		}
	}
}
