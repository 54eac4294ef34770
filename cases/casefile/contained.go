// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/machine"
)

// ownDirs have a directory for each module. The attributes of a livepatch and the parameters
// of a module disappear with the module; those of built-in code and of others stay changed.
var ownDirs = []string{"/sys/kernel/livepatch/", "/sys/module/"}

// Contained reports whether the checks at the end of the case see everything that it
// can leave behind: it runs no shell, writes to nothing that outlives the modules that it
// loads, and has no C source of its own, unless klptest ships it, as it ships its modules.
func (c *Case) Contained() bool {
	own := c.Modules()
	return (c.Shipped || len(c.Sources) == 0) && !slices.ContainsFunc(c.Steps, func(s Step) bool { return !contained(s.Command, own) })
}

func contained(cmd machine.Command, own []string) bool {
	switch cmd.Verb {
	case machine.Sh:
		return false
	case machine.Echo:
		return belongs(cmd.Args[1], own)
	}
	return true
}

// belongs reports whether a file belongs to one of the modules.
func belongs(path string, modules []string) bool {
	for _, dir := range ownDirs {
		if rest, ok := strings.CutPrefix(path, dir); ok {
			name, _, _ := strings.Cut(rest, "/")
			return slices.Contains(modules, name) && !strings.Contains(rest, "..")
		}
	}
	return false
}
