// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/machine"
)

// A case's log and output are kept until it is judged, so they must be bounded,
// however they are spread over the commands. What is shown of them must be
// bounded as well.
func TestRunBoundsACase(t *testing.T) {
	short := strings.Repeat("a\n", 480)
	for name, tc := range map[string]struct {
		answer fakeAnswer
		steps  int
	}{
		"records of many lines": {fakeAnswer{log: slices.Repeat([]string{short}, 60)}, 3},
		"many records":          {fakeAnswer{log: make([]string, machine.MaxLines/2)}, 3},
		"output":                {fakeAnswer{output: strings.Repeat("x", 64<<10)}, 100},
		"lines of output":       {fakeAnswer{output: strings.Repeat("\n", 64<<10)}, 3},
	} {
		m := &fakeMachine{answers: map[string]fakeAnswer{"sh x": tc.answer}}
		res := Run(t.Context(), m, mustParse(t, strings.Repeat("% sh x\n", tc.steps)))
		if res.Verdict != Error || len(res.Reasons) == 0 || !strings.Contains(res.Reasons[0], "floods") {
			t.Errorf("%s: %s %q", name, res.Verdict, res.Reasons)
		}
		if n := len(m.commands()); n == tc.steps {
			t.Errorf("%s: all %d commands ran", name, n)
		}
	}
	m := &fakeMachine{answers: map[string]fakeAnswer{"sh x": {log: slices.Repeat([]string{"BUG: " + strings.Repeat("x", 2000)}, 1000)}}}
	res := Run(t.Context(), m, mustParse(t, "% sh x\n"))
	if n := len(strings.Join(res.Reasons, "\n")); res.Verdict != Fail || len(res.Reasons) != maxReasons+1 || n > (maxReasons+1)*(maxShown+10) {
		t.Errorf("%s for %d reasons, %d bytes", res.Verdict, len(res.Reasons), n)
	}
}
