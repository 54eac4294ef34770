// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
)

// newTestTrust makes a trust for fake guests; remembered counts the outcomes that
// are remembered.
func newTestTrust(tests ...selftest) (t *trust, remembered *int) {
	remembered = new(int)
	t = &trust{
		tests:   func() ([]selftest, error) { return tests, nil },
		builder: noModules{},
		remember: func(ctx context.Context, _ shape, show func(context.Context) error) error {
			err := show(ctx)
			if err == nil {
				*remembered++
			}
			return err
		},
		notice: func(string) {},
		shown:  map[shape]bool{},
	}
	return t, remembered
}

// The self-tests have their own guest, before the first guest of a shape.
func TestTrustIsShownOnceForEachShape(t *testing.T) {
	tr, remembered := newTestTrust(test(t, "PASS"), test(t, "PASS"))
	var fakes []*fake
	for _, name := range []string{"1", "2", "3", "4", "5"} {
		fakes = append(fakes, &fake{name: name})
	}
	m, log := inOrder(fakes...)
	m = m.trusted(tr)
	for _, s := range []shape{{1, 512}, {1, 512}, {2, 512}} {
		g, err := m(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		g.(*fake).say("runs a case")
	}
	steps := func(name string) []string {
		one := []string{name + " insmod klp_target", name + " hold old", name + " rmmod klp_target"}
		return slices.Concat([]string{name + " boot"}, one, one, []string{name + " close"})
	}
	want := slices.Concat(steps("1"), []string{"2 boot", "2 runs a case", "3 boot", "3 runs a case"}, steps("4"), []string{"5 boot", "5 runs a case"})
	if diff := cmp.Diff(want, log.lines); diff != "" || *remembered != 2 {
		t.Errorf("%d remembered: %s", *remembered, diff)
	}
}

// TestTrustTakesNoTimeOfACase: the first case is no slower than others.
func TestTrustTakesNoTimeOfACase(t *testing.T) {
	t.Run("own guests", func(t *testing.T) {
		trustTakesNoTime(t, func(ctx context.Context, m maker) source { return newEach(ctx, m, false, map[shape]int{}) })
	})
	t.Run("reused guests", func(t *testing.T) {
		trustTakesNoTime(t, func(ctx context.Context, m maker) source { return newReused(ctx, m) })
	})
}

func trustTakesNoTime(t *testing.T, open func(context.Context, maker) source) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		tr, _ := newTestTrust()
		tr.remember = func(context.Context, shape, func(context.Context) error) error {
			time.Sleep(20 * time.Second)
			return nil
		}
		boot, _ := inOrder(&fake{name: "1"}, &fake{name: "2"})
		slow := maker(func(ctx context.Context, s shape) (instance, error) {
			time.Sleep(2 * time.Second)
			return boot(ctx, s)
		})
		from := open(t.Context(), slow.trusted(tr))
		r := &runner{source: from, builder: noModules{}, pace: fixedPace(1)}
		results, err := r.runCases(t.Context(), []*casefile.Case{parse(t, "a", ""), parse(t, "b", "CPUs: 2\n")}, &events{})
		if err := errors.Join(err, from.close()); err != nil {
			t.Fatal(err)
		}
		for _, res := range results {
			if res.Duration != 2*time.Second {
				t.Errorf("%s took %s", res.Name, res.Duration)
			}
		}
	})
}

func TestBrokenRigGivesNoVerdict(t *testing.T) {
	tr, remembered := newTestTrust(test(t, "FAIL\nexpected"))
	m, _ := inOrder(&fake{name: "1"}, &fake{name: "2"})
	r := &runner{source: newReused(t.Context(), m.trusted(tr).rememberFailures(shape{}, 1)), builder: noModules{}, pace: fixedPace(1)}
	list := []*casefile.Case{parse(t, "a", ""), parse(t, "b", ""), parse(t, "c", "")}
	ev := &events{}
	results, err := r.runCases(t.Context(), list, ev)
	if want := []string{"a ERROR"}; !slices.Equal(ev.verdicts, want) || *remembered != 0 {
		t.Errorf("%q, %d remembered", ev.verdicts, *remembered)
	}
	if err == nil || !strings.Contains(err.Error(), "self-test x failed") {
		t.Errorf("the run goes on: %v", err)
	}
	if res := results[0]; res.Log != "1.log" || !strings.Contains(res.Reasons[0], "self-test x failed") || !strings.Contains(res.Reasons[0], "It came to PASS") {
		t.Errorf("%+v", res)
	}
}

// TestKernelThatSpoilsASelftest: a self-test that the kernel spoils is not an
// ERROR, and is not remembered: the next run tries again.
func TestKernelThatSpoilsASelftest(t *testing.T) {
	panics := &blame.Error{Party: blame.Kernel, Summary: "panic", Tail: "Kernel panic - not syncing"}
	tr, remembered := newTestTrust(test(t, "PASS"), test(t, "PASS"))
	var notices []string
	tr.notice = func(line string) { notices = append(notices, line) }
	m, log := inOrder(&fake{name: "1", die: panics}, &fake{name: "2"}, &fake{name: "3"}, &fake{name: "4"})
	m = m.trusted(tr)
	for range 2 {
		if _, err := m(t.Context(), shape{}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"1 boot", "1 insmod klp_target", "1 close", "2 boot", "2 insmod klp_target", "2 hold old", "2 rmmod klp_target", "2 close", "3 boot", "4 boot"}
	if diff := cmp.Diff(want, log.lines); diff != "" || *remembered != 0 || len(notices) != 1 {
		t.Errorf("%d remembered, %q: %s", *remembered, notices, diff)
	}
}

// TestKernelThatRefusesUnsignedModules: no case can be run on it.
func TestKernelThatRefusesUnsignedModules(t *testing.T) {
	tr, remembered := newTestTrust(test(t, "PASS"))
	m, _ := inOrder(&fake{name: "1", refusal: "Loading of unsigned module is rejected"})
	_, err := m.trusted(tr)(t.Context(), shape{})
	if blame.Of(err) != blame.User || *remembered != 0 {
		t.Errorf("%v, %d remembered", err, *remembered)
	}
}

func TestTrustEndsWithContext(t *testing.T) {
	tr, remembered := newTestTrust(test(t, "PASS"))
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	m, _ := inOrder(&fake{name: "1"}, &fake{name: "2"})
	if _, err := m.trusted(tr)(ctx, shape{}); !errors.Is(err, why) || *remembered != 0 {
		t.Errorf("%v", err)
	}
}

// TestTrustWithoutAGuest: a guest that cannot be made says nothing about the self-tests.
func TestTrustWithoutAGuest(t *testing.T) {
	tr, _ := newTestTrust(test(t, "PASS"))
	panics := &blame.Error{Party: blame.Kernel, Summary: "panic at boot"}
	m := maker(func(context.Context, shape) (instance, error) { return nil, panics })
	if _, err := m.trusted(tr)(t.Context(), shape{}); !errors.Is(err, panics) {
		t.Errorf("%v", err)
	}
}
