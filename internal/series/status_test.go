// SPDX-License-Identifier: Apache-2.0

package series

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/exit"
)

// kernels are a base and patches with those results.
func kernels(texts ...string) (steps []Step) {
	for i, text := range texts {
		steps = append(steps, Step{Name: []string{"base", "p", "q"}[i], Results: results(text)})
	}
	return steps
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		on   []string
		want int
	}{
		{[]string{"a=PASS b=FAIL", "a=PASS b=FAIL"}, exit.Passed},
		{[]string{"a=PASS b=SKIP", "a=PASS b=SKIP"}, exit.Passed},
		{[]string{"a=FAIL", "a=PASS"}, exit.Passed},
		{[]string{"a=PASS", "a=FAIL"}, exit.Failed},
		{[]string{"a=PASS b=PASS", "a=FAIL b=ERROR"}, exit.Failed},
		{[]string{"a=PASS b=PASS", "a=ERROR"}, exit.Error},
		{[]string{"a=ERROR", "a=PASS"}, exit.Error},
		{[]string{"a=PASS", "a=ERROR", "a=PASS"}, exit.Error},
		{[]string{"a=PASS", "a=SKIP"}, exit.Nothing},
		{[]string{"a=SKIP", "a=SKIP"}, exit.Nothing},
	} {
		if got := Status(kernels(c.on...)); got != c.want {
			t.Errorf("%q: %d, want %d", c.on, got, c.want)
		}
	}
	broken := append(kernels("a=PASS"), Step{Name: "p", Fault: DoesNotBuild})
	if got := Status(broken); got != exit.Failed {
		t.Errorf("a patch that does not build: %d", got)
	}
}

// TestNoVerdict: a case that was not judged is not one that a patch leaves as it was.
func TestNoVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		on   []string
		want string
	}{
		"nothing can be run": {[]string{"a=PASS b=PASS c=PASS", "a=ERROR"}, `base: 3 passed
      a                                PASS
1/1 p: 3 cases have no verdict: 0 passed, 1 errors, 2 not run
      a                                ERROR
2 cases pass, but were not run on every kernel
`},
		"nothing, then all": {[]string{"a=ERROR", "a=PASS b=PASS"}, `base: 0 passed, 1 errors, 1 not run
      a                                ERROR
1/1 p: 2 cases have no earlier verdict: 2 passed
      a                                PASS
1 case passes, but was not run on every kernel
`},
		"some": {[]string{"a=PASS b=PASS c=PASS", "a=FAIL b=ERROR c=PASS"}, `base: 3 passed
      a                                PASS
      b                                PASS
1/1 p: breaks a; 1 case has no verdict
      a                                FAIL (breaks)
      b                                ERROR
1 case passes on every kernel that was run
`},
		"skipped now": {[]string{"a=PASS b=PASS", "a=PASS b=SKIP"}, `base: 2 passed
      b                                PASS
1/1 p: 1 case has no verdict: 1 passed, 1 skipped
      b                                SKIP
1 case passes on every kernel that was run
`},
		"a new test": {[]string{"a=PASS", "a=PASS b=PASS", "a=PASS b=PASS"}, `base: 1 passed
1/2 p: 1 case has no earlier verdict: 2 passed
2/2 q: leaves all as it was: 2 passed
2 cases pass on every kernel that was run
`},
	} {
		if diff := cmp.Diff(c.want, human(t, kernels(c.on...))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

// TestKernelThatCannotBeRun: no case should have a verdict about it.
func TestKernelThatCannotBeRun(t *testing.T) {
	steps := append(kernels("a=PASS"), Step{Name: "p", Fault: DoesNotBuild})
	want := "base: 1 passed\n1/1 p: does not build\n1 case passes on every kernel that was run\n"
	if diff := cmp.Diff(want, human(t, steps)); diff != "" {
		t.Error(diff)
	}
}
