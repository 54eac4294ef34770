// SPDX-License-Identifier: Apache-2.0

package results

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/compare"
	"github.com/klptest/klptest/internal/report"
)

// large is a run of n tests, each with an observation of the usual size.
func large(n int, verdict judge.Verdict) report.Document {
	d := document("r"+string(verdict), day)
	var answers []machine.Answer
	for i := range 60 {
		answers = append(answers, machine.Answer{Records: []machine.Record{{Seq: uint64(i), Level: 6, Text: strings.Repeat("x", 50)}}})
	}
	for i := range n {
		name := fmt.Sprintf("case-%d", i)
		d.Tests = append(d.Tests, name)
		d.Outcomes = append(d.Outcomes, report.Outcome{Case: strings.Repeat("x", 1000), Result: judge.Result{Name: name, File: name, Verdict: judge.Pass,
			Observation: judge.Observation{Answers: answers}}})
	}
	d.Outcomes[n/2].Verdict = verdict
	d.Total = n
	return d
}

// BenchmarkCompare reads and compares two runs of 10,000 results.
func BenchmarkCompare(b *testing.B) {
	dir := b.TempDir()
	paths := map[judge.Verdict]string{judge.Pass: filepath.Join(dir, "old"), judge.Fail: filepath.Join(dir, "new")}
	for verdict, path := range paths {
		d, err := Create(path, nil)
		if err == nil {
			err = d.Add(large(10_000, verdict))
		}
		if err == nil {
			err = d.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		old, err := ReadBrief([]string{paths[judge.Pass]})
		if err != nil {
			b.Fatal(err)
		}
		present, err := ReadBrief([]string{paths[judge.Fail]})
		if err != nil {
			b.Fatal(err)
		}
		if c := compare.Compare(Merge(old), Merge(present)); c.Counts[compare.NewlyFailing] != 1 || c.Counts[compare.Unchanged] != 9999 {
			b.Fatal(c.Counts)
		}
	}
}
