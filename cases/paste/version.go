// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"slices"
	"strconv"
	"strings"
)

// order says that the state's version in one loading is at least that in
// another one, plus a difference.
type order struct {
	high, low *step
	more      int
}

// setVersions gives each livepatch a state if the report is about states: a
// refusal shows that its version is lower than an installed one, a successful
// load that it is not.
func (m *mapping) setVersions(loads []*step) {
	about := m.t.states || slices.ContainsFunc(m.t.steps, func(s *step) bool {
		return slices.ContainsFunc(s.events, func(e event) bool { return e.what == incompatible || e.what == stateLine })
	})
	if m.explicit(loads) {
		m.keepStates(loads)
	}
	if !about || slices.ContainsFunc(loads, func(s *step) bool { return m.params[s].typed != nil }) {
		return
	}
	orders := m.orders(loads)
	alike := true // the same version for all loadings of a livepatch
	if !solve(loads, orders, m.params, alike) {
		solve(loads, orders, m.params, false)
	}
	for _, s := range loads {
		p := m.params[s]
		p.has = p.has || p.states == nil
		if s.fails && p.states == nil && m.explicit(loads) {
			p.states = m.refusedStates(s)
		}
	}
	m.keepStates(loads)
}

// keepStates gives a replacing livepatch without states the states of the
// others: without them it would be refused.
func (m *mapping) keepStates(loads []*step) {
	for _, s := range loads {
		p := m.params[s]
		if !p.replace || p.states != nil || s.fails {
			continue
		}
		at := slices.Index(m.t.steps, s)
		enabled := m.enabledBefore(at)
		for _, old := range loads[:slices.Index(loads, s)] {
			if slices.Contains(enabled, old.module) && !old.fails {
				p.states = merged(p.states, m.params[old].states)
			}
		}
	}
}

// merged returns the states of both, each with its higher version.
func merged(a, b []string) []string {
	list := slices.Clone(a)
	for _, s := range b {
		id, _, _ := strings.Cut(s, ":")
		i := slices.IndexFunc(list, func(t string) bool { return strings.HasPrefix(t, id+":") })
		switch {
		case i < 0:
			list = append(list, s)
		case refuses(list[i:i+1], []string{s}):
			list[i] = s
		}
	}
	return list
}

// explicit reports whether the livepatches log their states themselves.
func (m *mapping) explicit(loads []*step) bool {
	return slices.ContainsFunc(loads, func(s *step) bool { return m.params[s].states != nil })
}

// refusedStates returns states that the kernel refuses: the livepatch's own from
// another loading, or those of the enabled livepatch with the first version lowered.
func (m *mapping) refusedStates(refused *step) []string {
	if !slices.ContainsFunc(refused.events, func(e event) bool { return e.what == incompatible }) {
		return nil
	}
	at := slices.Index(m.t.steps, refused)
	enabled := m.enabledBefore(at)
	for i := at; i >= 0; i-- {
		s := m.t.steps[i]
		if p := m.params[s]; p != nil && slices.Contains(enabled, s.module) && len(p.states) > 0 && s != refused {
			if own := m.statesOf(refused); refuses(own, p.states) {
				return own
			}
			return lowered(p.states)
		}
	}
	return nil
}

// statesOf returns the states in another loading of the same livepatch.
func (m *mapping) statesOf(load *step) []string {
	for _, s := range m.t.steps {
		if p := m.params[s]; p != nil && s != load && s.module == load.module && p.states != nil {
			return p.states
		}
	}
	return nil
}

// refuses reports whether a version is lower than an installed one.
func refuses(states, installed []string) bool {
	for _, s := range states {
		id, version, _ := strings.Cut(s, ":")
		low, err1 := strconv.ParseUint(version, 10, 32)
		for _, old := range installed {
			oldID, oldVersion, _ := strings.Cut(old, ":")
			high, err2 := strconv.ParseUint(oldVersion, 10, 32)
			if id == oldID && err1 == nil && err2 == nil && low < high {
				return true
			}
		}
	}
	return false
}

// lowered returns the states with one version lowered, if there is a lower one.
func lowered(states []string) []string {
	list := slices.Clone(states)
	for i, s := range list {
		id, version, _ := strings.Cut(s, ":")
		if v, err := strconv.Atoi(version); err == nil && v > 0 {
			list[i] = id + ":" + strconv.Itoa(v-1)
			return list
		}
	}
	return list
}

// orders returns the constraints on versions that the log shows.
func (m *mapping) orders(loads []*step) (list []order) {
	last := map[string]*step{}
	for i, s := range m.t.steps {
		if m.params[s] == nil {
			continue
		}
		refused := slices.ContainsFunc(s.events, func(e event) bool { return e.what == incompatible })
		enabled := m.enabledBefore(i)
		for k, name := range enabled {
			switch old := last[name]; {
			case old == nil:
			case refused && k == len(enabled)-1:
				list = append(list, order{high: old, low: s, more: 1})
			case !refused && s.errno == "":
				list = append(list, order{high: s, low: old})
			}
		}
		if !refused {
			last[s.module] = s
		}
	}
	return list
}

// solve finds the lowest versions, from 1 on, that satisfy the orders, or
// reports that there are none.
func solve(loads []*step, orders []order, params map[*step]*probe, alike bool) bool {
	version := map[any]int{}
	key := func(s *step) any {
		if alike {
			return s.module
		}
		return s
	}
	for _, s := range loads {
		version[key(s)] = 1
	}
	for round := 0; ; round++ {
		changed := false
		for _, o := range orders {
			if least := version[key(o.low)] + o.more; version[key(o.high)] < least {
				version[key(o.high)], changed = least, true
			}
		}
		if !changed {
			break
		}
		if round > len(loads) {
			return false
		}
	}
	for _, s := range loads {
		params[s].version = version[key(s)]
	}
	return true
}
