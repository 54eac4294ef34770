// SPDX-License-Identifier: Apache-2.0

package resume

import (
	"errors"
	"maps"
	"slices"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/report"
)

// Finished divides cases into those for which a document has the required number of
// results, and the others. A case whose text has changed since is not finished.
func Finished(d report.Document, list []*casefile.Case, times func(*casefile.Case) int) (old []report.Outcome, left []*casefile.Case) {
	for _, c := range list {
		var of []report.Outcome
		for _, o := range d.Outcomes {
			if o.Name == c.Name && o.File == c.File && o.Case == c.Text {
				of = append(of, o)
			}
		}
		if len(of) >= times(c) {
			old = append(old, of[:times(c)]...)
		} else {
			left = append(left, c)
		}
	}
	return old, left
}

// ErrOtherKernel is the error for an attempt on another kernel than that of the earlier
// results: all cases must be run again.
var ErrOtherKernel = errors.New("the kernel is another one than before")

// SameKernel reports whether two runs are of one kernel, as far as that is known.
func SameKernel(a, b report.Provenance) bool {
	switch {
	case a.Kernel != b.Kernel, a.Release != b.Release:
		return false
	case a.KernelID != b.KernelID && a.KernelID != "" && b.KernelID != "":
		return false
	}
	return a.Config == nil || b.Config == nil || maps.Equal(a.Config, b.Config)
}

// Before returns a reporter that first reports the finished results of old, and adds
// them to the totals at the end of the run.
func Before(to report.Reporter, old report.Document) report.Reporter {
	if len(old.Outcomes) == 0 {
		return to
	}
	return &before{Reporter: to, old: old}
}

type before struct {
	report.Reporter
	old report.Document
}

// Begin implements [report.Reporter].
func (b *before) Begin(p report.Provenance) error {
	if p.Release != "" && !SameKernel(p, b.old.Provenance) {
		return ErrOtherKernel
	}
	p.Planned += len(b.old.Outcomes)
	for _, word := range b.old.Tests {
		if !slices.Contains(p.Tests, word) {
			p.Tests = append(slices.Clip(p.Tests), word)
		}
	}
	err := b.Reporter.Begin(p)
	for _, o := range b.old.Outcomes {
		if err == nil {
			err = b.Reporter.Case(o)
		}
	}
	return err
}

// End implements [report.Reporter].
func (b *before) End(e report.Ending) error {
	e.Total += len(b.old.Outcomes)
	e.Took += b.old.Took
	e.Status = exit.Worse(e.Status, report.ExitCode(b.old.Results()))
	return b.Reporter.End(e)
}

// Whole returns a document of finished results only, for a run that was killed
// after its last result.
func Whole(old report.Document) report.Document {
	old.Ending = report.Ending{Took: old.Took, Total: len(old.Outcomes), Status: report.ExitCode(old.Results()), Kept: old.Kept}
	return old
}
