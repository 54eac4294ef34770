// SPDX-License-Identifier: Apache-2.0

package cases

import "regexp"

// debugLine is what livepatch says by pr_debug() and no list ignores;
// kernel/livepatch/transition.c. A kernel without CONFIG_DYNAMIC_DEBUG does not
// have these lines: pr_debug() comes to nothing there, include/linux/printk.h.
var debugLine = regexp.MustCompile(`^livepatch: '[^']+': (` +
	`(initializing|completing) (un)?patching transition|` +
	`canceling patching transition, going to unpatch|` +
	`reversing transition from (patching to unpatching|unpatching to patching))$`)

// hasDebugLines tells whether a kernel logs them.
func (f Facts) hasDebugLines() bool {
	return !f.NoDebug && (f.Config == nil || f.Config["DYNAMIC_DEBUG"] == "y")
}

// expectedOn tells whether the line is expected on a kernel.
func (e Expected) expectedOn(f Facts) bool {
	if e.Kind == Log && !f.hasDebugLines() && debugLine.MatchString(e.Text) {
		return false
	}
	return unmet(e.When, f) == ""
}
