// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/machine"
)

// writable are the directories that a contained case may write to. The attributes of a
// livepatch and the parameters of a module disappear with the module.
var writable = []string{"/sys/kernel/livepatch/", "/sys/module/"}

// Contained reports whether the checks at the end of the case see everything that it
// can leave behind: it has no C source of its own, runs no shell, and writes to nothing
// that outlives the modules that it loads.
func (c *Case) Contained() bool {
	return len(c.Sources) == 0 && !slices.ContainsFunc(c.Steps, func(s Step) bool { return !contained(s.Command) })
}

func contained(cmd machine.Command) bool {
	switch cmd.Verb {
	case machine.Sh:
		return false
	case machine.Echo:
		return writes(cmd.Args[1])
	}
	return true
}

func writes(path string) bool {
	return !strings.Contains(path, "..") && slices.ContainsFunc(writable, func(dir string) bool { return strings.HasPrefix(path, dir) })
}
