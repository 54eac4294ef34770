// SPDX-License-Identifier: Apache-2.0

package results

import (
	"cmp"
	"slices"
	"time"

	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/report"
)

// Merge makes one document from those of one run on one kernel: its shards and
// repeated parts. The rules:
//
//   - Documents belong together when they have the same run, kernel and label. A
//     document without a run stands alone; given twice, it counts once.
//   - All results of a test come from one document: the latest of those that were
//     not cut short, or, if all were, the latest one.
//   - The error of a document that was cut short is dropped when others have the
//     tests that it lacks. If its tests may have been repeated, they must have all
//     its tests. A document that ended before its tests were known stays separate:
//     no other is known to have them.
//
// Runs that do not belong together stay separate: they are further observations of a test.
func Merge(docs []report.Document) (merged []report.Document) {
	groups := map[identity][]report.Document{}
	var order []identity
	known := kernels(docs)
	for _, d := range docs {
		id := identify(d, known)
		if groups[id] == nil {
			order = append(order, id)
		}
		groups[id] = append(groups[id], d)
	}
	for _, id := range order {
		merged = append(merged, mergeRun(groups[id]))
	}
	return merged
}

// identity is the same for documents that belong together.
type identity struct {
	run, label, kernel string
	command            string    // separates selftests from cases
	started            time.Time // of a document without a run
	unknown            bool      // its tests are not known
}

func identify(d report.Document, known map[identity]string) identity {
	id := identity{run: d.Run, label: d.Label, kernel: d.Kernel, command: d.Command, unknown: unknown(d)}
	if d.Run == "" {
		id.started = d.Started.UTC()
	}
	if d.Release == "" {
		id.kernel = cmp.Or(known[bySpec(d)], d.Kernel)
	}
	return id
}

// unknown reports whether a document ended before its tests were known, as that of a
// shard with a misspelt case.
func unknown(d report.Document) bool {
	return !d.Whole() && len(d.Tests) == 0 && len(d.Outcomes) == 0
}

// bySpec is an identity with the kernel as it was requested.
func bySpec(d report.Document) identity {
	return identity{run: d.Run, label: d.Label, kernel: cmp.Or(d.Spec, d.Kernel), command: d.Command}
}

// kernels returns the exact names of the requested kernels. A run that failed to get
// its kernel does not know the name.
func kernels(docs []report.Document) map[identity]string {
	known := map[identity]string{}
	for _, d := range docs {
		if d.Release != "" && d.Run != "" {
			known[bySpec(d)] = d.Kernel
		}
	}
	return known
}

// mergeRun merges documents of one identity.
func mergeRun(docs []report.Document) report.Document {
	if len(docs) == 1 {
		return docs[0]
	}
	best := slices.Clone(docs)
	slices.SortStableFunc(best, preference)
	owner := owners(best)
	m := report.Document{Provenance: best[0].Provenance}
	m.Tests = nil
	for _, d := range best {
		m.Tests = union(m.Tests, d.Tests)
		if d.Started.Before(m.Started) {
			m.Started = d.Started
		}
	}
	for i, d := range best {
		own := slices.DeleteFunc(slices.Clone(d.Outcomes), func(o report.Outcome) bool { return owner[o.ID()] != i })
		if m.Outcomes = append(m.Outcomes, own...); len(own) > 0 {
			m.Took += d.Took
		}
	}
	slices.SortStableFunc(m.Outcomes, byTest)
	m.Total = len(m.Outcomes) + len(m.NotRun())
	m.Planned, m.Status = m.Total, report.ExitCode(m.Results())
	for i, d := range best {
		if stillCut(d, m, func(o report.Outcome) bool { return owner[o.ID()] == i }) {
			m.Error, m.Detail, m.Status = d.Error, d.Detail, exit.Worse(m.Status, d.Status)
			break
		}
	}
	return m
}

// preference puts documents that were not cut short first, then later ones.
func preference(a, b report.Document) int {
	if wa, wb := a.Whole(), b.Whole(); wa != wb {
		if wa {
			return -1
		}
		return 1
	}
	return b.Started.Compare(a.Started)
}

// owners returns, for each test, the index of the document that provides its results.
func owners(docs []report.Document) map[judge.ID]int {
	owner := map[judge.ID]int{}
	for i, d := range docs {
		for _, o := range d.Outcomes {
			if _, ok := owner[o.ID()]; !ok {
				owner[o.ID()] = i
			}
		}
	}
	return owner
}

// stillCut reports whether results of a document that was cut short are still missing,
// or may be, because the document does not name its tests.
func stillCut(d, merged report.Document, owns func(report.Outcome) bool) bool {
	if d.Whole() {
		return false
	}
	missing := merged.NotRun()
	return !ranOnce(d) && slices.ContainsFunc(d.Outcomes, owns) || len(merged.Outcomes) == 0 || len(d.Tests) == 0 ||
		slices.ContainsFunc(d.Tests, func(word string) bool { return slices.Contains(missing, word) })
}

// ranOnce reports whether a document that was cut short planned each test once, so that
// the tests that have a result are complete.
func ranOnce(d report.Document) bool {
	missing := len(d.NotRun())
	return missing > 0 && !d.BreaksOff() && len(d.Tests) == d.Total && len(d.Outcomes)+missing == d.Total
}

// union returns a with the words that only b has.
func union(a, b []string) []string {
	has := map[string]bool{}
	for _, word := range a {
		has[word] = true
	}
	a = slices.Clip(a)
	for _, word := range b {
		if !has[word] {
			a, has[word] = append(a, word), true
		}
	}
	return a
}

func byTest(a, b report.Outcome) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.File, b.File))
}
