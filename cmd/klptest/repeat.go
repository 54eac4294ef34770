// SPDX-License-Identifier: Apache-2.0

package main

import "github.com/klptest/klptest/cases/casefile"

// maxRepeat exceeds the runs that any race needs; --until-fail ends after it.
const maxRepeat = 10000

// repeatOptions say how often cases run.
type repeatOptions struct {
	times     int // 0: what each case says, or once
	untilFail bool
}

// of returns each case as often as it is to run, in rounds over all cases.
func (o repeatOptions) of(list []*casefile.Case) []*casefile.Case {
	var all []*casefile.Case
	for round := 1; ; round++ {
		before := len(all)
		for _, c := range list {
			if round <= o.rounds(c) {
				all = append(all, c)
			}
		}
		if len(all) == before {
			return all
		}
	}
}

func (o repeatOptions) rounds(c *casefile.Case) int {
	switch {
	case o.times > 0:
		return o.times
	case o.untilFail:
		return maxRepeat
	}
	return max(1, c.Repeat)
}
