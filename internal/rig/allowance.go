// SPDX-License-Identifier: Apache-2.0

package rig

import "time"

// alwaysAgain is the number of results of a run that are tried again at any cost.
const alwaysAgain = 3

// allowance limits the time that a run spends on trying results again: the first
// three always, then one more as long as all further runs took less than half the
// time of all first runs.
type allowance struct {
	granted int
	first   time.Duration // all first runs
	further time.Duration // all others
}

// grant reports whether one more result may be tried again.
func (a *allowance) grant() bool {
	if a.granted >= alwaysAgain && a.further >= a.first/2 {
		return false
	}
	a.granted++
	return true
}
