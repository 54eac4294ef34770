// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"slices"

	"github.com/klptest/klptest/cases/machine"
)

// Skip returns why the case cannot run on a kernel, or would show nothing
// there; empty when it can run. An unanswered condition is a reason, since it
// would drop both a line and its opposite.
func (c *Case) Skip(f machine.Facts) string {
	if why := unmet(c.needs(f), f); why != "" {
		return why
	}
	for _, cond := range c.conditions() {
		if !cond.known(f) {
			return cond.unmet(f)
		}
	}
	steps := c.Resolve(f)
	switch {
	case len(steps) == 0:
		return "the case has no command for this kernel"
	case !loads(steps) && loads(c.Steps):
		return "the case loads no module on this kernel"
	}
	return ""
}

// needs returns the case's Needs, and the options that its machine and its
// commands require.
func (c *Case) needs(f machine.Facts) []Condition {
	needs := slices.Clone(c.Needs)
	if f.Config == nil {
		return needs
	}
	if c.CPUs > 1 {
		needs = append(needs, Condition{Fact: factConfig, Name: "SMP"})
	}
	if c.faulty() {
		needs = append(needs, Condition{Fact: factConfig, Name: "KPROBES"})
	}
	return needs
}

// loads reports whether a step loads a module.
func loads(steps []Step) bool {
	return slices.ContainsFunc(steps, func(s Step) bool { return len(s.Command.Modules()) > 0 })
}
