// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"time"
)

// Estimates are the expected durations of the tests of a run, in order, from their
// earlier durations. 0 means unknown.
type Estimates []time.Duration

// left estimates the remaining time when over tests are done and jobs of them run
// in parallel; 0 if fewer than half of the durations are known. The unknown ones
// count as the average of the known ones.
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

// roughly formats a duration for people, in one or two units; empty for less than a second.
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
