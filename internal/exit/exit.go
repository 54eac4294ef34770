// SPDX-License-Identifier: Apache-2.0

package exit

import (
	"fmt"
	"slices"
	"strings"
)

// The exit statuses of klptest. A command that runs something else, such as
// `klptest shell -- COMMAND`, has the status of what it runs.
const (
	Passed      = 0
	Failed      = 1
	Usage       = 2
	Error       = 3
	Nothing     = 4
	Different   = 5   // klptest repro: a failure that is not the bundle's
	Interrupted = 130 // as a shell reports SIGINT
)

// Meaning says when a run has an exit status.
type Meaning struct {
	Status int
	When   string
	Such   string // examples; may be empty
}

// Meanings lists all exit statuses of a run.
var Meanings = []Meaning{
	{Passed, "all passed, or failed as expected", ""},
	{Failed, "a FAIL", ""},
	{Usage, "usage", "an unknown case, a case file that does not parse"},
	{Error, "an ERROR and no FAIL", ""},
	{Nothing, "nothing was run", ""},
	{Interrupted, "interrupted", ""},
}

// ReproMeanings lists all exit statuses of klptest repro.
var ReproMeanings = []Meaning{
	{Passed, "gone: the case passes", ""},
	{Failed, "same: it fails as in the bundle", ""},
	{Usage, "usage, or a file that is no bundle", ""},
	{Error, "an ERROR: it could not be judged", ""},
	{Nothing, "nothing was run: the case is skipped on this kernel", ""},
	{Different, "different: it fails, but not as in the bundle", ""},
	{Interrupted, "interrupted", ""},
}

// Help lists the exit statuses for the help text of a command.
func Help() string { return list(Meanings) }

// ReproHelp lists the exit statuses of klptest repro.
func ReproHelp() string { return list(ReproMeanings) }

func list(all []Meaning) string {
	var b strings.Builder
	b.WriteString("Exit status:\n")
	for _, m := range all {
		fmt.Fprintf(&b, "  %-3d  %s\n", m.Status, m.When)
	}
	return strings.TrimRight(b.String(), "\n")
}

// severity orders the statuses of several runs, the least severe one first. A
// run of nothing does not spoil one that passed.
var severity = []int{Nothing, Passed, Error, Usage, Failed, Interrupted}

// Worse returns the status of two runs together.
func Worse(a, b int) int {
	if slices.Index(severity, a) < slices.Index(severity, b) {
		return b
	}
	return a
}

// Known reports whether a run can have the status.
func Known(status int) bool {
	for _, m := range Meanings {
		if m.Status == status {
			return true
		}
	}
	return false
}
