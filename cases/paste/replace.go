// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
)

// setReplace finds the livepatches that have replaced others: the others were
// removed or loaded again without being disabled.
func (m *mapping) setReplace(loads []*step) {
	for _, s := range loads {
		p := m.params[s]
		if p.known || s.fails || p.typed != nil {
			continue
		}
		i := slices.Index(m.t.steps, s)
		for _, q := range m.enabledBefore(i) {
			if m.replaced(q, s, i) {
				p.known, p.replace = true, true
			}
		}
	}
	for _, s := range loads {
		for _, other := range loads {
			if p, q := m.params[s], m.params[other]; s.module == other.module && !p.known && q.known && p.typed == nil {
				p.replace = q.replace
			}
		}
	}
}

// enabledBefore returns the livepatches that are enabled before a step.
func (m *mapping) enabledBefore(at int) (list []string) {
	for i, s := range m.t.steps[:at] {
		switch {
		case s.errno != "" || s.fails || s.disables() && s.held && !m.endsBefore(i, at):
		case s.op == opLoad && m.params[s] != nil:
			if m.params[s].replace && !wasReversed(m.t.steps[:at], s) {
				list = nil
			}
			list = append(list, s.module)
		case s.op == opUnload || s.disables():
			list = slices.DeleteFunc(list, func(name string) bool { return name == s.module })
		}
	}
	return list
}

// endsBefore reports whether the transition that a step starts is over before
// another step.
func (m *mapping) endsBefore(i, at int) bool { return slices.ContainsFunc(m.t.steps[i:at], ends) }

func (s *step) disables() bool {
	return s.op == opWrite && s.path == enabledOf(s.module) && truth(s.value) == "0"
}

// replaced reports whether the loading of another livepatch replaced q.
func (m *mapping) replaced(q string, by *step, at int) bool {
	disabledLater := false
	for _, s := range m.t.steps[at+1:] {
		switch {
		case s.errno != "":
		case s.module == q && s.disables():
			return false
		case s.module == by.module && s.disables() && s.turns:
			return false // it was never enabled
		case s.module == by.module && s.disables():
			disabledLater = true
		case s.module == q && (s.op == opUnload || s.op == opLoad):
			return true
		case s.op == opLoad && m.params[s] != nil && !s.fails && m.goneAfter(q, s):
			return false // replaced by that one
		}
	}
	return disabledLater
}

// goneAfter reports whether a livepatch is removed or reloaded after a step.
func (m *mapping) goneAfter(q string, at *step) bool {
	for _, s := range m.t.steps[slices.Index(m.t.steps, at)+1:] {
		if s.module == q && s.errno == "" {
			return !s.disables()
		}
	}
	return false
}

// wasReversed reports whether the enabling by a step was reversed.
func wasReversed(steps []*step, load *step) bool {
	for i := slices.Index(steps, load) + 1; i > 0 && i < len(steps); i++ {
		if s := steps[i]; s.module == load.module && s.disables() {
			return s.turns
		}
	}
	return false
}
