// SPDX-License-Identifier: Apache-2.0

package compare

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/report"
)

// TestLatest: of several nights, the latest verdict on a test counts, wherever it is.
func TestLatest(t *testing.T) {
	for _, test := range []struct {
		nights []string // the earliest one first
		today  string
		want   Change
	}{
		{[]string{"a=FAIL", ""}, "a=FAIL", StillFailing},
		{[]string{"a=FAIL", "a"}, "a=FAIL", StillFailing},
		{[]string{"a=FAIL", "a=ERROR", "a=SKIP"}, "a=FAIL", StillFailing},
		{[]string{"a=FAIL", "a=PASS"}, "a=FAIL", NewlyFailing},
		{[]string{"a=FAIL", "a=PASS"}, "a=PASS", Unchanged},
		{[]string{"a=PASS", "a=FAIL"}, "a=PASS", Fixed},
		{[]string{"a=PASS", "a=PASS a=FAIL"}, "a=FAIL", Unsteady},
		{[]string{"a=ERROR", "a"}, "a=FAIL", NewlyFailing},
	} {
		var old []report.Document
		for i, night := range test.nights {
			d := run("k", strings.Fields(night)...)
			d.Started = time.Unix(int64(i), 0)
			old = append(old, d)
		}
		for range 2 {
			if c := Compare(Latest(old), []report.Document{run("k", strings.Fields(test.today)...)}); c.Counts[test.want] != 1 || len(c.Counts) != 1 {
				t.Errorf("%q, then %q: %v, want %s", test.nights, test.today, c.Counts, test.want)
			}
			slices.Reverse(old)
		}
	}
}

// TestLatestKernels: a kernel that is missing for some nights keeps its verdicts.
func TestLatestKernels(t *testing.T) {
	early, late := run("6.1", "a=FAIL"), run("6.12", "a=PASS")
	late.Started = time.Unix(1, 0)
	c := Compare(Latest([]report.Document{early, late}), []report.Document{run("6.1", "a=FAIL"), run("6.12", "a=FAIL")})
	if c.Counts[StillFailing] != 1 || c.Counts[NewlyFailing] != 1 || len(early.Outcomes) != 1 {
		t.Error(c.Counts)
	}
}
