// SPDX-License-Identifier: Apache-2.0

package exit

// The exit statuses that git bisect run understands; git-bisect(1).
const (
	BisectGood  = 0
	BisectBad   = 1
	BisectSkip  = 125
	BisectAbort = 255 // ends the search, and leaves its state
)

// Bisect turns the exit status of `klptest run` into one for git bisect run. An
// ERROR, or a run of nothing, does not judge the commit. A status that does not
// come from verdicts ends the search.
func Bisect(status int) int {
	switch status {
	case Passed:
		return BisectGood
	case Failed:
		return BisectBad
	case Error, Nothing:
		return BisectSkip
	}
	return BisectAbort
}
