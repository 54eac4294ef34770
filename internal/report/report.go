// SPDX-License-Identifier: Apache-2.0

package report

// Reporter receives the events of a run. Start and Step may be called from other
// goroutines than the rest, one at a time, while the run goes on.
type Reporter interface {
	Begin(Provenance) error
	// Start is called when a test starts.
	Start(name string)
	// Step tells what a running test does now.
	Step(name, step string)
	// Case reports a finished test. Tests are reported in order.
	Case(Outcome) error
	// End completes the report, also after a run that was cut short.
	End(Ending) error
}
