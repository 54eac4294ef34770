// SPDX-License-Identifier: Apache-2.0

package results

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/report"
)

// text is a document in the notation of [document], with the error that ended it early.
func text(d report.Document) string {
	var tests []string
	for _, o := range d.Outcomes {
		tests = append(tests, fmt.Sprintf("%s=%s", o.Name, o.Verdict))
	}
	line := strings.Join(append(tests, d.NotRun()...), " ")
	if d.Error != "" {
		line += " " + d.Error
	}
	return fmt.Sprintf("%s %d %d", line, d.Total, d.Status)
}

// refused is a run that ended before its tests were known.
func refused(started time.Time) report.Document {
	d := document("r", started)
	d.Kernel, d.Release, d.Error, d.Status = d.Spec, "", "no such case", 2
	return d
}

func TestMerge(t *testing.T) {
	later := day.Add(time.Hour)
	other := document("r", day, "a=PASS")
	other.Kernel, other.Spec = "debian:6.1.1", "debian:6.1"
	label := document("r", day, "a=FAIL")
	label.Label = "two CPUs"
	none := cut(document("r", day, "a", "b"))
	none.Kernel, none.Release, none.Status = "debian:6.12", "", 3
	unplanned, unnamed := refused(day), cut(document("r", day, "a=PASS", "b"))
	unnamed.Tests = nil
	killed := cut(document("r", day, "a=PASS", "b"))
	killed.Error = "the report breaks off: the run was killed, or the file is cut"
	for name, test := range map[string]struct {
		docs []report.Document
		want []string
	}{
		"one":                 {[]report.Document{document("r", day, "b=PASS", "a")}, []string{"b=PASS a 2 0"}},
		"shards":              {[]report.Document{document("r", day, "a=PASS", "c=FAIL"), document("r", later, "b=PASS")}, []string{"a=PASS b=PASS c=FAIL 3 1"}},
		"a shard again":       {[]report.Document{cut(document("r", day, "a=FAIL", "b")), document("r", later, "a=PASS", "b=PASS")}, []string{"a=PASS b=PASS 2 0"}},
		"what failed again":   {[]report.Document{document("r", day, "a=FAIL", "b=PASS"), document("r", later, "a=PASS")}, []string{"a=PASS b=PASS 2 0"}},
		"cut, then the rest":  {[]report.Document{cut(document("r", day, "a=PASS", "b", "c")), document("r", later, "b=PASS", "c=PASS")}, []string{"a=PASS b=PASS c=PASS 3 0"}},
		"cut, then less":      {[]report.Document{cut(document("r", day, "a=PASS", "b", "c")), document("r", later, "b=PASS")}, []string{"a=PASS b=PASS c interrupted 3 130"}},
		"cut in repeats":      {[]report.Document{cut(document("r", day, "a=PASS", "a", "b", "b")), document("r", later, "b=PASS", "b=PASS")}, []string{"a=PASS b=PASS b=PASS interrupted 3 130"}},
		"killed":              {[]report.Document{killed, document("r", later, "b=PASS")}, []string{"a=PASS b=PASS the report breaks off: the run was killed, or the file is cut 2 130"}},
		"failed at its end":   {[]report.Document{cut(document("r", day, "a=PASS")), document("r", later, "b=PASS")}, []string{"a=PASS b=PASS interrupted 2 130"}},
		"again, cut":          {[]report.Document{document("r", day, "a=PASS", "b=PASS"), cut(document("r", later, "a=FAIL", "b"))}, []string{"a=PASS b=PASS 2 0"}},
		"both cut":            {[]report.Document{cut(document("r", day, "a=PASS", "b=PASS", "c")), cut(document("r", later, "a=FAIL", "b", "c"))}, []string{"a=FAIL b=PASS c interrupted 3 130"}},
		"both whole":          {[]report.Document{document("r", later, "a=PASS"), document("r", day, "a=FAIL")}, []string{"a=PASS 1 0"}},
		"repeated":            {[]report.Document{document("r", day, "a=PASS", "a=FAIL"), document("r", later, "a=FAIL", "a=FAIL")}, []string{"a=FAIL a=FAIL 2 1"}},
		"other runs":          {[]report.Document{document("r", day, "a=PASS"), document("s", day, "a=FAIL")}, []string{"a=PASS 1 0", "a=FAIL 1 1"}},
		"other kernels":       {[]report.Document{document("r", day, "a=FAIL"), other}, []string{"a=FAIL 1 1", "a=PASS 1 0"}},
		"other labels":        {[]report.Document{document("r", day, "a=PASS"), label}, []string{"a=PASS 1 0", "a=FAIL 1 1"}},
		"no name, twice":      {[]report.Document{document("", day, "a=FAIL"), document("", day, "a=FAIL")}, []string{"a=FAIL 1 1"}},
		"no name":             {[]report.Document{document("", day, "a=FAIL"), document("", later, "a=PASS")}, []string{"a=FAIL 1 1", "a=PASS 1 0"}},
		"no kernel, then one": {[]report.Document{none, document("r", later, "a=PASS", "b=PASS")}, []string{"a=PASS b=PASS 2 0"}},
		"no kernel, twice":    {[]report.Document{none, none}, []string{"a b interrupted 2 3"}},
		"a shard unplanned":   {[]report.Document{document("r", later, "a=PASS"), unplanned}, []string{"a=PASS 1 0", " no such case 0 2"}},
		"two unplanned":       {[]report.Document{unplanned, document("r", later, "a=PASS"), refused(later)}, []string{" no such case 0 2", "a=PASS 1 0"}},
		"cut, tests unnamed":  {[]report.Document{document("r", later, "a=PASS"), unnamed}, []string{"a=PASS interrupted 1 130"}},
	} {
		var got []string
		for _, d := range Merge(test.docs) {
			got = append(got, text(d))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, test.want)
		}
	}
}

// TestUnplannedStays: merging again does not lose the error of a shard that ended
// before its tests were known.
func TestUnplannedStays(t *testing.T) {
	once := Merge([]report.Document{document("r", day, "a=PASS"), refused(day)})
	again := Merge(append(once, document("r", day.Add(time.Hour), "a=PASS")))
	if len(again) != 2 || again[0].Error != "" || again[1].Error == "" {
		t.Errorf("%+v", again)
	}
}

// TestMergeTwice: merging a merged document changes nothing, and the order does not
// matter.
func TestMergeTwice(t *testing.T) {
	docs := []report.Document{cut(document("r", day, "a=FAIL", "b")), document("r", day.Add(1), "b=PASS"), document("r", day.Add(2), "a=PASS", "c=PASS")}
	want := text(Merge(docs)[0])
	if again := text(Merge(Merge(docs))[0]); again != want {
		t.Error(again)
	}
	slices.Reverse(docs)
	if other := text(Merge(docs)[0]); other != want {
		t.Error(other)
	}
}
