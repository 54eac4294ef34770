// SPDX-License-Identifier: Apache-2.0

package casefile

import "github.com/klptest/klptest/cases/machine"

// Unanswered returns the conditions that the facts do not answer.
func Unanswered(list []Condition, f machine.Facts) (open []Condition) {
	for _, c := range list {
		if !c.known(f) {
			open = append(open, c)
		}
	}
	return open
}
