// SPDX-License-Identifier: Apache-2.0

package benchtest

import (
	"slices"
	"testing"
	"time"
)

// Samples are the durations of runs that do the same.
type Samples []time.Duration

// Percentile returns the smallest sample that at least percent of the samples do not
// exceed. There must be a sample.
func (s Samples) Percentile(percent int) time.Duration {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}

// Report makes the median, the 10th and the 90th percentile the results of b, in
// milliseconds.
func (s Samples) Report(b *testing.B) {
	b.Helper()
	b.ReportMetric(0, "ns/op") // the mean is useless
	for unit, percent := range map[string]int{"median-ms": 50, "p10-ms": 10, "p90-ms": 90} {
		b.ReportMetric(float64(s.Percentile(percent).Microseconds())/1000, unit)
	}
}

// Measure times f for each iteration, but not the cleanup that it returns.
func Measure(b *testing.B, f func() (after func())) {
	b.Helper()
	var s Samples
	for b.Loop() {
		start := time.Now()
		after := f()
		s = append(s, time.Since(start))
		if after != nil {
			after()
		}
	}
	s.Report(b)
}
