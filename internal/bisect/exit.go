// SPDX-License-Identifier: Apache-2.0

package bisect

// The exit statuses that git bisect run understands; git-bisect(1).
const (
	exitGood  = 0
	exitBad   = 1
	exitSkip  = 125
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
	return exitSkip
}

// ExitOfRun turns the exit status of `klptest run` into one for git bisect
// run: 0 and 1 stay, whatever else does not judge the commit.
func ExitOfRun(status int) int {
	if status == exitGood || status == exitBad {
		return status
	}
	return exitSkip
}
