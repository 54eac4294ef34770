// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"fmt"
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

// BenchmarkSuite runs all shipped cases as klptest run does: with the number of cases that
// run in parallel by default, and with fixed numbers, in turn, so that the host's load
// affects all of them alike. The ratios are the default's time to each fixed number's.
func BenchmarkSuite(b *testing.B) {
	list, err := cases.Shipped()
	if err != nil {
		b.Fatal(err)
	}
	jobs := []int{0, 2, 3, 4}
	took := make([]benchtest.Samples, len(jobs))
	for b.Loop() {
		for i, n := range jobs {
			took[i] = append(took[i], suite(b, list, n))
		}
	}
	took[0].Report(b)
	for i, n := range jobs[1:] {
		b.ReportMetric(took[0].Percentile(50).Seconds()/took[i+1].Percentile(50).Seconds(), fmt.Sprintf("of-j%d", n))
	}
}

// suite returns how long the cases take on new guests. The self-tests and the templates are
// not part of it.
func suite(b *testing.B, list []*casefile.Case, jobs int) time.Duration {
	b.Helper()
	r := newRig(b, Options{Guests: Proven, Jobs: jobs, Lean: true})
	defer r.Close() // a failed close says nothing about the time
	for s := range r.shape().count(Cases(list)) {
		g, err := r.maker()(b.Context(), s)
		if err != nil {
			b.Fatal(err)
		}
		g.Close()
	}
	start := time.Now()
	runAll(b, r, list)
	return time.Since(start)
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
