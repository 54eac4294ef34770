// SPDX-License-Identifier: Apache-2.0

package compare

import (
	"slices"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/report"
)

// judgement is a test on a kernel.
type judgement struct {
	kernel
	judge.ID
}

// Latest reduces runs, such as those of several nights, to the latest verdict on each test
// of each kernel. A test without a verdict in the latest run keeps that of an earlier one.
func Latest(docs []report.Document) []report.Document {
	docs = slices.Clone(docs)
	slices.SortStableFunc(docs, func(a, b report.Document) int { return a.Started.Compare(b.Started) })
	known := map[judgement]bool{}
	for i, d := range slices.Backward(docs) {
		docs[i].Outcomes = slices.DeleteFunc(slices.Clone(d.Outcomes), func(o report.Outcome) bool {
			return known[judgement{kernelOf(d), o.ID()}]
		})
		for _, o := range docs[i].Outcomes {
			if hasVerdict(o) {
				known[judgement{kernelOf(d), o.ID()}] = true
			}
		}
	}
	return docs
}

// hasVerdict reports whether an outcome says something about the kernel.
func hasVerdict(o report.Outcome) bool {
	var s side
	s.add(o.Result)
	return s.state().judged()
}
