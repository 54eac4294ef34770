// SPDX-License-Identifier: Apache-2.0

package bisect

// The exit statuses that git bisect run understands; git-bisect(1).
const (
	exitGood  = 0
	exitBad   = 1
	ExitSkip  = 125
	ExitAbort = 255 // ends the search, and leaves its state
)

// Exit is the status of a judgement.
func (j Judgement) Exit() int {
	switch j.Mark {
	case Good:
		return exitGood
	case Bad:
		return exitBad
	}
	return ExitSkip
}

// ExitOfRun turns the exit status of the verdicts of `klptest run` into one for
// git bisect run: 0 and 1 stay; an ERROR (3), or nothing that was run (4), does
// not judge the commit. No other status comes from verdicts: it ends the
// search.
func ExitOfRun(status int) int {
	switch status {
	case exitGood, exitBad:
		return status
	case 3, 4:
		return ExitSkip
	}
	return ExitAbort
}
