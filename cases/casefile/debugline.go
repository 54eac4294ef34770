// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"regexp"

	"github.com/klptest/klptest/cases/machine"
)

// debugLine matches the lines that livepatch logs with pr_debug() and that are
// not ignored; kernel/livepatch/transition.c. A kernel without
// CONFIG_DYNAMIC_DEBUG does not have these lines: pr_debug() does nothing
// there, include/linux/printk.h.
var debugLine = regexp.MustCompile(`^livepatch: '[^']+': (` +
	`(initializing|completing) (un)?patching transition|` +
	`canceling patching transition, going to unpatch|` +
	`reversing transition from (patching to unpatching|unpatching to patching))$`)

// hasDebugLines reports whether a kernel logs these lines.
func hasDebugLines(f machine.Facts) bool {
	return !f.NoDebug && (f.Config == nil || f.Config["DYNAMIC_DEBUG"] == "y")
}

// expectedOn reports whether the line is expected on a kernel.
func (e Expected) expectedOn(f machine.Facts) bool {
	if e.Kind == Log && !hasDebugLines(f) && debugLine.MatchString(e.Text) {
		return false
	}
	return unmet(e.When, f) == ""
}
