// SPDX-License-Identifier: Apache-2.0

package rig

import "time"

// alwaysAgain is how many results of a run are tried again regardless of the cost.
const alwaysAgain = 3

// allowance bounds the time that a run spends on trying results again: the
// first three, then one more for as long as all further runs have taken less
// than half of the time of all first runs.
type allowance struct {
	granted int
	first   time.Duration // all first runs
	further time.Duration // all others
}

// grant tells whether one more result may be tried again.
func (a *allowance) grant() bool {
	if a.granted >= alwaysAgain && a.further >= a.first/2 {
		return false
	}
	a.granted++
	return true
}
