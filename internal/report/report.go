// SPDX-License-Identifier: Apache-2.0

package report

// Reporter is told of a run as it goes. Start and Step may be called from other
// goroutines than the rest, one at a time, while the run goes on.
type Reporter interface {
	Begin(Provenance) error
	// Start says that a test starts to run.
	Start(name string)
	// Step says what a running test does now.
	Step(name, step string)
	// Case reports a test that is over. Tests are reported in their order.
	Case(Outcome) error
	// End completes the report, of a run that was cut short as well.
	End(Ending) error
}
