// SPDX-License-Identifier: Apache-2.0

package series

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/judge"
)

// twoFiles are results of two case files of one name.
func twoFiles(a, b judge.Verdict) []judge.Result {
	return []judge.Result{{Name: "x", File: "a/x.txtar", Verdict: a}, {Name: "x", File: "b/x.txtar", Verdict: b}}
}

// TestTwoFilesOfOneName: neither hides what happens to the other, and their files tell
// them apart.
func TestTwoFilesOfOneName(t *testing.T) {
	steps := []Step{
		{Name: "base", Results: twoFiles(judge.Pass, judge.Pass)},
		{Name: "p", Results: twoFiles(judge.Fail, judge.Pass)},
		{Name: "q", Results: twoFiles(judge.Fail, judge.Fail)},
	}
	want := `base: 2 passed
      a/x.txtar                        PASS
      b/x.txtar                        PASS
1/2 p: breaks a/x.txtar
      a/x.txtar                        FAIL (breaks)
      b/x.txtar                        PASS
2/2 q: breaks b/x.txtar
      a/x.txtar                        FAIL
      b/x.txtar                        FAIL (breaks)
`
	if diff := cmp.Diff(want, human(t, steps)); diff != "" || !Guilty(steps[:2]) {
		t.Error(diff)
	}
	want = `| kernel | result | a/x.txtar | b/x.txtar |
|---|---|---|---|
| base | 2 passed | PASS | PASS |
| 1/2 p | breaks a/x.txtar | FAIL (breaks) | PASS |
| 2/2 q | breaks b/x.txtar | FAIL | FAIL (breaks) |
`
	if diff := cmp.Diff(want, markdown(t, steps)); diff != "" {
		t.Error(diff)
	}
}
