// SPDX-License-Identifier: Apache-2.0

package mutants

import (
	"fmt"
	"strings"
)

// Line is a line about an outcome; what is broken comes below one that
// survives.
func (o Outcome) Line() string {
	line := fmt.Sprintf("%-9s %-24s %s", o.word(), o.Name, strings.TrimPrefix(o.File, "kernel/livepatch/"))
	switch {
	case o.Err != nil:
		return fmt.Sprintf("%s: %v", line, o.Err)
	case !o.Killed():
		return fmt.Sprintf("%s%s\n          no case tests: %s", line, o.errors(), o.Breaks)
	}
	return fmt.Sprintf("%s  by %s%s%s", line, o.Killers[0], more(len(o.Killers)-1), o.errors())
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

func (o Outcome) errors() string {
	if o.Errors == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d cases could say nothing)", o.Errors)
}

func more(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// Tally counts outcomes.
type Tally struct{ Killed, Survived, NotTried int }

// Count makes the tally of outcomes.
func Count(list []Outcome) (t Tally) {
	for _, o := range list {
		switch {
		case o.Err != nil:
			t.NotTried++
		case o.Killed():
			t.Killed++
		default:
			t.Survived++
		}
	}
	return t
}

func (t Tally) String() string {
	return fmt.Sprintf("%d killed, %d survived, %d not tried", t.Killed, t.Survived, t.NotTried)
}
