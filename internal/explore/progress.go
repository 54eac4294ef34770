// SPDX-License-Identifier: Apache-2.0

package explore

import (
	"fmt"
	"time"

	"github.com/klptest/klptest/internal/gcov"
	"github.com/klptest/klptest/internal/printable"
)

// Progress is how far an exploration has got.
type Progress struct {
	Sequences   int           // that were run, or skipped
	All         int           // how many there are; 0: without end
	Operations  int           // commands in these
	Unjudged    int           // sequences that could not be judged, or not be run on this kernel
	Trouble     string        // why the first of these was not judged
	LeftOut     int           // sequences left out because they leave data that is never freed
	Transitions int           // of the model that were covered
	Known       int           // of the model, as far as it has been explored
	Reached     gcov.Total    // of the kernel's source; zero: it is not counted
	Elapsed     time.Duration // since the start
	Looking     string        // the work on a difference; empty: there is none
}

func (p Progress) String() string {
	rate := float64(p.Operations) / max(p.Elapsed.Seconds(), 0.001)
	sequences := printable.Count(p.Sequences, "sequence", "sequences")
	if p.All > 0 {
		sequences = fmt.Sprintf("%d of %s", p.Sequences, printable.Count(p.All, "sequence", "sequences"))
	}
	line := fmt.Sprintf("%s, %.1f operations/s, %d of %d known transitions of the model", sequences, rate, p.Transitions, p.Known)
	if t := p.Reached; t.Lines > 0 {
		line += fmt.Sprintf(", %d of %d lines and %d of %d branches of the kernel's source", t.LinesRun, t.Lines, t.BranchesRun, t.Branches)
	}
	if p.Unjudged > 0 {
		line += fmt.Sprintf(", %s not judged (%.200s)", printable.Count(p.Unjudged, "sequence", "sequences"), p.Trouble)
	}
	if p.LeftOut > 0 {
		line += fmt.Sprintf(", %d left out", p.LeftOut)
	}
	if p.Looking != "" {
		line += ", " + p.Looking
	}
	return line
}
