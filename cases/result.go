// SPDX-License-Identifier: Apache-2.0

package cases

import "time"

// Verdict is what a run of a case came to.
type Verdict string

// The verdicts; see README.md for what each means to whom.
const (
	Pass  Verdict = "PASS"
	Fail  Verdict = "FAIL"  // the kernel under test is at fault
	Error Verdict = "ERROR" // the rig or its surroundings are at fault
	Skip  Verdict = "SKIP"  // a named condition of the case does not hold
)

// Result is one case's outcome, all that a report needs.
type Result struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	File     string   `json:"file"` // as given by the user, or the shipped name
	Verdict  Verdict  `json:"verdict"`
	Reasons  []string `json:"reasons,omitempty"` // one short line each; the first is the headline
	Advice   string   `json:"advice,omitempty"`
	Diff     string   `json:"diff,omitempty"` // unified, the transcript expected and observed
	Tail     string   `json:"tail,omitempty"` // the end of the console, when the guest died
	Log      string   `json:"log,omitempty"`  // path of the full log, when it was kept
	QEMU     string   `json:"qemu,omitempty"` // the copyable command line of the guest
	Observed string   `json:"-"`              // the transcript as it was
	// Observation is what Update takes.
	Observation Observation   `json:"-"`
	Duration    time.Duration `json:"duration_ns"`
}
