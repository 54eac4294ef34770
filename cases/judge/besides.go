// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/splat"
)

var (
	// deadly matches the line of a splat that ends the current task. The number is that
	// of the oops (__die_header of arch/x86/kernel/dumpstack.c, and others).
	deadly = regexp.MustCompile(`\[#\d+\]`)

	// causedPanic matches a panic that the splat before it has caused (kernel/panic.c,
	// kernel/exit.c, kernel/hung_task.c, kernel/watchdog.c, kernel/rcu/tree_stall.h).
	causedPanic = regexp.MustCompile(`^Kernel panic - not syncing: (?:Fatal exception|.*panic_on_warn set|hung_task: |softlockup: |Hard LOCKUP|RCU Stall)`)
)

// besides returns the splats that are not the symptom; none, if no symptom is named. After
// an oops that is the symptom it looks no further: that task may have held locks and left
// data half changed, so whatever follows may be a consequence.
func besides(s *casefile.Symptom, splats []klog.Entry) (others []klog.Entry) {
	if s == nil {
		return nil
	}
	for n := 0; len(splats) > 0; splats = splats[n:] {
		n = parts(splats)
		one := splats[:n]
		switch is := slices.ContainsFunc(one, func(e klog.Entry) bool { return fits(*s, e.Fold) }); {
		case !is:
			others = append(others, one[0])
		case slices.ContainsFunc(one, isDeadly):
			return others
		}
	}
	return others
}

// parts returns how many splats the first fault has logged: one, or also the oops of a
// BUG whose log was cut, or the panic that it has caused.
func parts(splats []klog.Entry) int {
	if len(splats) == 1 {
		return 1
	}
	first, next := splats[0], splats[1]
	if causedPanic.MatchString(next.Text) || first.Is(splat.Bug) && next.Is(splat.Oops) {
		return 2
	}
	return 1
}

func isDeadly(e klog.Entry) bool { return slices.ContainsFunc(e.Body, deadly.MatchString) }

// stampedLine matches the prefix of a console's line, which is dropped.
var stampedLine = regexp.MustCompile(`^(?:<\d+>)?\[ *\d+\.\d+\](?: ?\[ *[TC]\d+\])? ?`)

// splatsIn returns the splats on a console that the case does not name.
func splatsIn(c *casefile.Case, console string) []klog.Entry {
	var list []klog.Entry
	for line := range strings.Lines(console) {
		list = append(list, klog.Entry{Text: stampedLine.ReplaceAllString(strings.TrimRight(line, "\r\n"), "")})
	}
	folded, _ := klog.Fold(list, klog.OwnNames(c.Modules()))
	return unnamed(c.Steps, folded)
}
