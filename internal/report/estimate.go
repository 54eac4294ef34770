// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"time"
)

// Estimates are how long the tests of a run will take, in their order, by how long
// they took before. 0 stands for one of which that is not known.
type Estimates []time.Duration

// left is how long the rest of the tests takes when so many are over, and jobs of
// them run side by side; 0 when fewer than half of them are known. The others are
// taken to last as long as the known ones do on average.
func (e Estimates) left(over, jobs int) time.Duration {
	rest := e[min(over, len(e)):]
	var sum time.Duration
	known := 0
	for _, d := range rest {
		if d > 0 {
			sum, known = sum+d, known+1
		}
	}
	if known == 0 || 2*known < len(rest) {
		return 0
	}
	all := sum / time.Duration(known) * time.Duration(len(rest))
	return all / time.Duration(max(1, min(jobs, len(rest))))
}

// roughly writes a duration for people, in one unit or two; empty for less than a
// second.
func roughly(d time.Duration) string {
	minutes := int(d.Round(time.Minute).Minutes())
	switch {
	case d < time.Second:
		return ""
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case minutes < 60:
		return fmt.Sprintf("%dm", minutes)
	}
	return fmt.Sprintf("%dh%02dm", minutes/60, minutes%60)
}
