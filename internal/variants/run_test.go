// SPDX-License-Identifier: Apache-2.0

package variants

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

// fakeLab has cases that fail on kernels with all options of one of their causes; a
// cause without options applies to every kernel.
type fakeLab struct {
	causes map[string][]string // by case; each cause is options separated by blanks
	broken string              // kernels with this option are not built
	tried  []string            // kernels, with the cases if not all were requested
}

func (l *fakeLab) Try(_ context.Context, k Kernel, only []judge.ID) Trial {
	tried := k.Name
	for _, id := range only {
		tried += " " + id.Name
	}
	l.tried = append(l.tried, tried)
	t := Trial{Kernel: k, Built: time.Minute}
	if l.broken != "" && k.has(l.broken) {
		t.Err = errors.New("does not build")
		return t
	}
	for _, name := range []string{"good", "bad", "worse"} {
		if only == nil || slices.Contains(only, judge.ID{Name: name}) {
			t.Results = append(t.Results, judge.Result{Name: name, Verdict: l.verdict(k, name), Reasons: []string{"why"}})
		}
	}
	return t
}

func (l *fakeLab) verdict(k Kernel, name string) judge.Verdict {
	for _, cause := range l.causes[name] {
		if !slices.ContainsFunc(strings.Fields(cause), func(o string) bool { return !k.has(o) }) {
			return judge.Fail
		}
	}
	return judge.Pass
}

func TestNarrow(t *testing.T) {
	for name, test := range map[string]struct {
		lab  fakeLab
		want []string
	}{
		"nothing fails": {fakeLab{}, nil},
		"one option": {fakeLab{causes: map[string][]string{"bad": {"la57"}}},
			[]string{"bad fails on server, single, realtime: for la57"}},
		"two options": {fakeLab{causes: map[string][]string{"bad": {"size", "hz1000"}}},
			[]string{"bad fails on server, llvm, races, distribution-llvm: for size, hz1000"}},
		"what needs the culprit is not blamed": {fakeLab{causes: map[string][]string{"bad": {"clang"}}},
			[]string{"bad fails on hardened, llvm, realtime-llvm, distribution-llvm: for clang"}},
		"two together": {fakeLab{causes: map[string][]string{"bad": {"size la57"}}},
			[]string{"bad fails on server: for no option alone; perhaps for these together: hz1000, la57, modversions, no-kprobes, preempt-none, size"}},
		"any kernel": {fakeLab{causes: map[string][]string{"worse": {""}}},
			[]string{"worse fails on server, tiny, single, hardened, llvm, races, realtime, realtime-llvm, distribution, distribution-llvm: whatever the options"}},
		"no kernel": {fakeLab{broken: "kcsan"},
			[]string{"(build) fails on races, realtime-llvm: for kcsan"}},
	} {
		trials, err := Run(t.Context(), &test.lab, Kernels(), func(Trial) {})
		if err != nil {
			t.Fatal(err)
		}
		found, err := Narrow(t.Context(), &test.lab, trials)
		var lines []string
		for _, f := range found {
			lines = append(lines, f.Line())
		}
		if diff := cmp.Diff(test.want, lines); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// TestNarrowTriesLittle: only options that can be to blame are tried, and only the
// cases concerned are run.
func TestNarrowTriesLittle(t *testing.T) {
	lab := &fakeLab{causes: map[string][]string{"bad": {"la57"}, "worse": {"la57", "sig-force"}}}
	trials, err := Run(t.Context(), lab, Kernels(), func(Trial) {})
	if err != nil {
		t.Fatal(err)
	}
	lab.tried = nil
	if _, err := Narrow(t.Context(), lab, trials); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"plain bad worse", "la57 bad worse", "sig-force worse"} {
		if !slices.Contains(lab.tried, want) {
			t.Errorf("%q is not among %q", want, lab.tried)
		}
	}
	if len(lab.tried) > 6 {
		t.Errorf("tried are %q", lab.tried)
	}
}

// TestNarrowTwoFilesOfOneName: each has a finding of its own.
func TestNarrowTwoFilesOfOneName(t *testing.T) {
	on := func(option string, a, b judge.Verdict) Trial {
		return Trial{Kernel: Kernel{option, []string{option}}, Results: []judge.Result{
			{Name: "x", File: "a/x.txtar", Verdict: a}, {Name: "x", File: "b/x.txtar", Verdict: b}}}
	}
	list := findings([]Trial{on("la57", judge.Fail, judge.Pass), on("size", judge.Pass, judge.Error)})
	var got []string
	for _, f := range list {
		got = append(got, f.Line())
	}
	want := []string{
		"a/x.txtar fails on la57: for no option alone; perhaps for these together: la57",
		"b/x.txtar fails on size: for no option alone; perhaps for these together: size",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	lab := &fakeLab{}
	trials, err := Run(ctx, lab, Kernels(), func(Trial) { cancel() })
	if !errors.Is(err, context.Canceled) || len(trials) != 1 || len(lab.tried) != 2 {
		t.Errorf("%d trials, %d tried, %v", len(trials), len(lab.tried), err)
	}
}

func TestTable(t *testing.T) {
	got := Table([]Trial{
		{Kernel: Kernel{"server", []string{"size", "la57"}}, Built: 61 * time.Second, Results: []judge.Result{
			{Name: "a", Verdict: judge.Pass},
			{Name: "b", Verdict: judge.Skip, Reasons: []string{"needs config KPROBES; it is not set"}},
			{Name: "c", File: "a/c.txtar", Verdict: judge.Fail, Reasons: []string{"unexpected WARNING", "more"}},
			{Name: "c", File: "b/c.txtar", Verdict: judge.Pass},
		}},
		{Kernel: Kernel{"tiny", []string{"no-smp"}}, Err: errors.New("it does not build")},
	})
	want := `kernel  built in  passed  skipped  failed  options
server  1m1s      2       1        1       size la57
tiny    0s        -       -        -       no-smp
SKIP  server: b: needs config KPROBES; it is not set
FAIL  server: a/c.txtar: unexpected WARNING
ERROR tiny: it does not build
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
