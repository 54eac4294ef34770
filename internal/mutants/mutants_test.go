// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
)

func TestApply(t *testing.T) {
	const source = "int f(void)\n{\n\treturn 0;\n}\n\nint g(void)\n{\n\treturn 0;\n}\n"
	m := Mutant{File: "x.c", After: "int g(void)", Original: "return 0;", Mutated: "return 1;"}
	got, err := m.Apply([]byte(source))
	want := strings.Replace(source, "g(void)\n{\n\treturn 0;", "g(void)\n{\n\treturn 1;", 1)
	if err != nil || string(got) != want {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestApplyToAnotherSource(t *testing.T) {
	for name, m := range map[string]Mutant{
		"no such line":   {Original: "return 2;"},
		"no such place":  {After: "int h(", Original: "return 0;"},
		"two places":     {After: "int ", Original: "return 0;"},
		"line is before": {After: "int g(", Original: "int f("},
	} {
		if _, err := m.Apply([]byte("int f();\nint g() { return 0; }")); !errors.Is(err, errAnotherSource) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestListIsSound(t *testing.T) {
	names := map[string]bool{}
	perFile := map[string]int{}
	for _, m := range List() {
		if names[m.Name] || m.Name == "" || m.Breaks == "" || m.Original == m.Mutated {
			t.Errorf("bad mutant %+v", m)
		}
		if strings.Contains(m.Original+m.Mutated, "\n") {
			t.Errorf("%s changes more than a line", m.Name)
		}
		names[m.Name] = true
		perFile[m.File]++
	}
	if len(names) < 34 || perFile[state] == 0 || perFile[core] == 0 || perFile[transition] == 0 {
		t.Errorf("%d mutants: %v", len(names), perFile)
	}
}

// Each mutant names a shipped case, and upstream's tests miss more than a few
// mutants.
func TestListNamesCases(t *testing.T) {
	shipped, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	unseen := 0
	for _, m := range List() {
		if !slices.ContainsFunc(shipped, func(c *casefile.Case) bool { return c.Name == m.Case }) {
			t.Errorf("%s: there is no case %q", m.Name, m.Case)
		}
		if m.Unseen != "" {
			unseen++
		}
	}
	if unseen < 10 {
		t.Errorf("upstream's tests would pass %d of the mutants", unseen)
	}
}

// All mutants apply to the kernel source that KLPTEST_SOURCE names.
func TestListFitsTheKernel(t *testing.T) {
	source := os.Getenv("KLPTEST_SOURCE")
	if source == "" {
		t.Skip("set KLPTEST_SOURCE to the source of Linux 6.12")
	}
	for _, m := range List() {
		data, err := os.ReadFile(filepath.Join(source, m.File))
		if err != nil {
			t.Fatal(err)
		}
		changed, err := m.Apply(data)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		before, after := strings.Split(string(data), "\n"), strings.Split(string(changed), "\n")
		n := 0
		for i := range before {
			if before[i] != after[i] {
				n++
			}
		}
		if n != 1 || len(before) != len(after) {
			t.Errorf("%s changes %d lines", m.Name, n)
		}
	}
}

// lab is a fake in which each file has the text "good", and results depend on
// the last build.
type lab struct {
	results map[string][]judge.Result
	broken  string // text that does not build
	built   []string
	first   []string // the cases that were to run first
}

func (l *lab) Read(string) ([]byte, error) { return []byte("good"), nil }

func (l *lab) Build(_ context.Context, file string, data []byte) error {
	l.built = append(l.built, file+" "+string(data))
	if l.broken != "" && string(data) == l.broken {
		return errors.New("does not build")
	}
	return nil
}

func (l *lab) Run(_ context.Context, first string) ([]judge.Result, error) {
	l.first = append(l.first, first)
	_, text, _ := strings.Cut(l.built[len(l.built)-1], " ")
	return l.results[text], nil
}

func verdicts(list ...judge.Verdict) (results []judge.Result) {
	for i, v := range list {
		results = append(results, judge.Result{Name: string(rune('a' + i)), Verdict: v})
	}
	return results
}

func TestOnlyAFailKills(t *testing.T) {
	l := &lab{broken: "worse", results: map[string][]judge.Result{
		"good":  verdicts(judge.Pass, judge.Pass, judge.Skip),
		"bad":   verdicts(judge.Pass, judge.Fail, judge.Fail),
		"other": verdicts(judge.Pass, judge.Pass, judge.Skip),
		"murky": {{Name: "a", Verdict: judge.Pass}, {Name: "b", Verdict: judge.Error, Reasons: []string{"no guest", "a detail"}}},
	}}
	list := []Mutant{
		{Name: "m1", File: "f", Original: "good", Mutated: "bad", Case: "b", Unseen: "a reason"},
		{Name: "m2", File: "f", Original: "good", Mutated: "other", Breaks: "a rule"},
		{Name: "m3", File: "f", Original: "good", Mutated: "worse"},
		{Name: "m4", File: "f", Original: "missing", Mutated: "x"},
		{Name: "m5", File: "f", Original: "good", Mutated: "murky"},
	}
	var lines, begun []string
	outcomes, err := Run(t.Context(), l, list, func(name string) { begun = append(begun, name) }, func(o Outcome) { lines = append(lines, o.Line()) })
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Count(outcomes), (Tally{1, 1, 1, 3}); got != want {
		t.Errorf("tally %v, want %v", got, want)
	}
	if diff := cmp.Diff([]string{Unchanged, "m1", "m2", "m3", "m4", "m5"}, begun); diff != "" {
		t.Error(diff)
	}
	want := []string{
		"killed    m1                          f  by b\n          upstream's tests pass: a reason",
		"SURVIVED  m2                          f\n          no case tests: a rule",
		"not tried m3                          f: does not build",
		"not tried m4                          f: this kernel has no such line: \"missing\" in f",
		"not tried m5                          f: ERROR (1), such as b: no guest",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"", "b", "", ""}, l.first); diff != "" {
		t.Errorf("first cases: %s", diff)
	}
}

func TestUnsoundKernel(t *testing.T) {
	l := &lab{results: map[string][]judge.Result{"good": verdicts(judge.Pass, judge.Error)}}
	outcomes, err := Run(t.Context(), l, List(), func(string) {}, nil)
	if !errors.Is(err, errUnsound) || !strings.Contains(err.Error(), "ERROR b") || outcomes != nil {
		t.Errorf("outcomes %v, error %v", outcomes, err)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("interrupted")
	l := &lab{results: map[string][]judge.Result{"bad": verdicts(judge.Fail)}}
	list := []Mutant{{Name: "m1", Original: "good", Mutated: "bad"}, {Name: "m2", Original: "good", Mutated: "bad"}}
	outcomes, err := Run(ctx, l, list, func(string) {}, func(Outcome) { cancel(cause) })
	if !errors.Is(err, cause) || len(outcomes) != 1 {
		t.Errorf("outcomes %v, error %v", outcomes, err)
	}
}
