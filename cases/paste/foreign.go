// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"slices"
	"strings"
)

// patchName matches what livepatches are called, not other modules.
var patchName = regexp.MustCompile(`patch|klp|kgr|cve_?\d|hotfix|(?:^|_)lp(?:\d|_|$)`)

// evidence is what the text shows about modules.
type evidence struct {
	patches, targets map[string]bool
	logged           bool // the log has a livepatch being enabled
}

func (t *teller) evidence() evidence {
	ev := evidence{patches: map[string]bool{}, targets: map[string]bool{}}
	for _, s := range t.steps {
		if s.usesSysfs() {
			ev.patches[s.module] = true
		}
		for _, e := range s.events {
			ev.add(e)
		}
	}
	return ev
}

// usesSysfs reports whether a step is about a file of a livepatch.
func (s *step) usesSysfs() bool {
	return s.op == opWrite && s.module != "" && s.path != "" && !paramFile.MatchString(s.path) ||
		s.op == opCat && s.module != "" && strings.HasPrefix(s.path, "/sys/kernel/livepatch/")
}

func (ev *evidence) add(e event) {
	ev.logged = ev.logged || e.what == enabling
	switch e.what {
	case applying, reverting, refusing:
		ev.targets[e.object] = true
		ev.patches[e.patch] = true
	case callback:
		if e.object != "vmlinux" {
			ev.targets[e.object] = true
		}
		ev.patches[e.patch] = true
	case enabling, incompatible, starting, complete, enableFailed, initializing, completing, reversing, stateLine, dataLine:
		ev.patches[e.patch] = true
	case preFailed, unresolved:
		ev.targets[e.object] = e.object != "vmlinux"
	case busy:
		ev.targets[e.patch] = true
	}
}

// isForeign reports whether a module has no part in livepatching: the log shows
// others being enabled, but not this one, although it was loaded.
func (m *mapping) isForeign(module string, ev evidence) bool {
	if !ev.logged || ev.patches[module] || patchName.MatchString(module) {
		return false
	}
	return !slices.ContainsFunc(m.t.steps, func(s *step) bool {
		return s.op == opLoad && s.module == module && (s.fails || s.errno != "")
	})
}

// assumption says that nothing in the text shows a module to be a livepatch.
func (m *mapping) assumption(module string) []string {
	if m.shown.patches[module] || patchName.MatchString(module) {
		return nil
	}
	return []string{"assumed to be a livepatch"}
}
