// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"testing"
	"time"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/benchtest"
)

// BenchmarkCloned measures the cost of a case without its steps.
func BenchmarkCloned(b *testing.B) {
	r := benchRig(b, Options{Cold: true})
	g, err := r.clone(b.Context(), shape{r.o.CPUs, r.o.Memory}) // makes the template
	if err != nil {
		b.Fatal(err)
	}
	g.Close()
	b.Run("answer", func(b *testing.B) { // clone to the agent's first answer
		benchtest.Measure(b, func() func() {
			g, err := r.clone(b.Context(), shape{r.o.CPUs, r.o.Memory})
			if err != nil {
				b.Fatal(err)
			}
			return func() { g.Close() }
		})
	})
	b.Run("clone+connect+teardown", func(b *testing.B) {
		benchtest.Measure(b, func() func() {
			g, err := r.clone(b.Context(), shape{r.o.CPUs, r.o.Memory})
			if err != nil {
				b.Fatal(err)
			}
			g.Close()
			return nil
		})
	})
	empty := &casefile.Case{Name: "empty", Title: "No steps."}
	b.Run("empty-case", func(b *testing.B) {
		benchtest.Measure(b, func() func() { runAll(b, r, []*casefile.Case{empty}); return nil })
	})
}

// BenchmarkSuite runs all shipped cases. Guests are not prepared ahead, so a clone
// is made when its case begins.
func BenchmarkSuite(b *testing.B) {
	list, err := cases.Shipped()
	if err != nil {
		b.Fatal(err)
	}
	for name, jobs := range map[string]int{"j1": 1, "j2": 2} {
		b.Run(name, func(b *testing.B) {
			r := benchRig(b, Options{Cold: true, Jobs: jobs})
			runAll(b, r, list) // makes the templates
			var s benchtest.Samples
			for range 3 { // a suite is slow: three are enough
				start := time.Now()
				runAll(b, r, list)
				s = append(s, time.Since(start))
			}
			s.Report(b)
			b.ReportMetric(float64(len(list))/s.Percentile(50).Minutes(), "cases/min")
		})
	}
}

func runAll(b *testing.B, r *Rig, list []*casefile.Case) {
	b.Helper()
	results, err := Collect(r.Run(b.Context(), Cases(list)))
	if err != nil || len(results) != len(list) {
		b.Fatalf("%d results, %v", len(results), err)
	}
	for _, res := range results {
		if res.Verdict == judge.Fail || res.Verdict == judge.Error && len(list) > 1 {
			b.Errorf("%s %s: %q", res.Verdict, res.Name, res.Reasons)
		}
	}
}
