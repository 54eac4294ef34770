// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"regexp"
	"slices"
)

// inferring guesses from the kernel's log alone which commands were given:
// klp_enable_patch() and enabled_store() of kernel/livepatch/core.c, and what
// transition.c says of them.
type inferring struct {
	told   map[string]bool // the command of the next "starting" line is known
	loaded []string        // livepatches, in the order of loading
	gone   map[string]bool // those of them that are unpatched
}

var (
	enabling     = regexp.MustCompile(`^livepatch: enabling patch '(\w+)'$`)
	incompatible = regexp.MustCompile(`^livepatch: Livepatch patch \((\w+)\) is not compatible with the already installed livepatches\.$`)
	failed       = regexp.MustCompile(`^livepatch: failed to enable patch '(\w+)'$`)
	toUnpatched  = regexp.MustCompile(`^livepatch: '(\w+)': (?:initializing unpatching transition|reversing transition from patching to unpatching)$`)
	toPatched    = regexp.MustCompile(`^livepatch: '(\w+)': reversing transition from unpatching to patching$`)
	starting     = regexp.MustCompile(`^livepatch: '(\w+)': starting (un)?patching transition$`)
	unpatched    = regexp.MustCompile(`^livepatch: '(\w+)': unpatching complete$`)
)

// before returns the commands that a log line shows to have been given just
// before it.
func (g *inferring) before(line string) []string {
	if m := enabling.FindStringSubmatch(line); m != nil {
		g.told[m[1]] = true
		return g.load(m[1])
	}
	if m := incompatible.FindStringSubmatch(line); m != nil {
		return append(g.unload(m[1]), "insmod "+m[1])
	}
	if m := toUnpatched.FindStringSubmatch(line); m != nil {
		g.told[m[1]] = true
		return []string{enable(m[1], "0")}
	}
	if m := toPatched.FindStringSubmatch(line); m != nil {
		g.told[m[1]] = true
		return []string{enable(m[1], "1")}
	}
	m := starting.FindStringSubmatch(line)
	if m == nil || g.told[m[1]] {
		if m != nil {
			delete(g.told, m[1])
		}
		return nil
	}
	return []string{enable(m[1], map[string]string{"un": "0", "": "1"}[m[2]])}
}

func (g *inferring) load(name string) []string {
	commands := append(g.unload(name), "insmod "+name)
	g.loaded = append(g.loaded, name)
	return commands
}

// unload forgets a livepatch, and returns the rmmod that the log does not show.
func (g *inferring) unload(name string) []string {
	i := slices.Index(g.loaded, name)
	if i < 0 {
		return nil
	}
	g.loaded = slices.Delete(g.loaded, i, i+1)
	delete(g.gone, name)
	return []string{"rmmod " + name}
}

// fails tells whether a line says that the command failed, and whether that
// is always with EINVAL; and it notes what the line says has ended.
func (g *inferring) fails(line string) (fails, known bool) {
	if m := failed.FindStringSubmatch(line); m != nil {
		g.unload(m[1])
		return true, false
	}
	if m := unpatched.FindStringSubmatch(line); m != nil && slices.Contains(g.loaded, m[1]) {
		g.gone[m[1]] = true
	}
	fails = incompatible.MatchString(line)
	return fails, fails
}

// rest returns the commands that undo what is left, and names the livepatches
// that are still enabled.
func (g *inferring) rest() (commands, enabled []string) {
	for _, name := range g.loaded {
		if g.gone[name] {
			commands = append(commands, "rmmod "+name)
		} else {
			enabled = append(enabled, name)
		}
	}
	return commands, enabled
}

func enable(patch, value string) string {
	return "echo " + value + " > /sys/kernel/livepatch/" + patch + "/enabled"
}
