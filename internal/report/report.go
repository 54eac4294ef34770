// SPDX-License-Identifier: Apache-2.0

package report

import (
	"time"

	"github.com/klptest/klptest/cases/judge"
)

// Run is what is known of a run when it begins.
type Run struct {
	Kernel  string // what the user asked for: "debian:6.12"
	Release string // uname -r of the kernel under test
	Klptest string // version of klptest
	Started time.Time
	Total   int    // cases that are to run, those to be skipped included
	Shuffle uint64 // the seed of a random order; 0: the cases run in their usual one
}

// Reporter is told of a run as it goes. It may be used from several
// goroutines only where its constructor says so.
type Reporter interface {
	Begin(Run) error
	// Start says that a case starts to run.
	Start(name string)
	// Step says what a running case does now.
	Step(name, step string)
	// Case reports a case that is over. Cases are reported in their order.
	Case(judge.Result) error
	// End completes the report, of a run that was cut short as well.
	End() error
}
