// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"fmt"
	"strings"
)

// Line returns a line about an outcome. A second line tells what a surviving
// mutant breaks, or why upstream's tests miss a killed one.
func (o Outcome) Line() string {
	line := fmt.Sprintf("%-9s %-27s %s", o.word(), o.Name, strings.TrimPrefix(o.File, "kernel/livepatch/"))
	switch {
	case o.Err != nil:
		return fmt.Sprintf("%s: %v", line, o.Err)
	case !o.Killed():
		return fmt.Sprintf("%s\n          no case tests: %s", line, o.Breaks)
	}
	return fmt.Sprintf("%s  by %s%s", line, o.Killer, o.unseen())
}

func (o Outcome) word() string {
	switch {
	case o.Err != nil:
		return "not tried"
	case o.Killed():
		return "killed"
	}
	return "SURVIVED"
}

func (o Outcome) unseen() string {
	if o.Unseen == "" {
		return ""
	}
	return "\n          upstream's tests pass: " + o.Unseen
}

// Tally counts outcomes. Unseen counts the killed ones on which upstream's
// tests pass.
type Tally struct{ Killed, Unseen, Survived, NotTried int }

// Count makes the tally of outcomes.
func Count(list []Outcome) (t Tally) {
	for _, o := range list {
		switch {
		case o.Err != nil:
			t.NotTried++
		case o.Killed():
			t.Killed++
			if o.Unseen != "" {
				t.Unseen++
			}
		default:
			t.Survived++
		}
	}
	return t
}

func (t Tally) String() string {
	return fmt.Sprintf("%d killed (%d of them unseen by upstream's tests), %d survived, %d not tried", t.Killed, t.Unseen, t.Survived, t.NotTried)
}
