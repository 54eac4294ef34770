// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"slices"

	"github.com/klptest/klptest/internal/blame"
)

// The shipped modules that stand for the reporter's.
const (
	holderModule = "klp_target" // its tasks can hold transitions
	otherModule  = "klp_other"
	probes       = "abcdefgh" // klp_a to klp_h
)

var (
	ownProbe   = regexp.MustCompile(`^klp_[a-h]$`)
	ownLoglvl  = regexp.MustCompile(`^klp_loglevel_v[123]$`)
	targetName = regexp.MustCompile(`(?:_mod\d?|_busy|_target|_other)$`)
)

// mapping says which module stands for each of the reporter's.
type mapping struct {
	t       *teller
	ours    map[string]string // by the reporter's name
	patches []string          // the reporter's livepatches, in the order of loading
	targets []string          // and the modules that they patch
	foreign []string          // modules that have no part in livepatching
	shown   evidence
	holder  bool             // klp_target holds transitions
	alone   bool             // and stands for none of the reporter's modules
	params  map[*step]*probe // of each loading of a livepatch
	unknown []string         // modules that nothing stands for
}

// mapModules chooses the modules that stand for the reporter's.
func mapModules(t *teller) (*mapping, error) {
	m := &mapping{t: t, ours: map[string]string{}, params: map[*step]*probe{}}
	m.sort()
	m.holder = slices.ContainsFunc(t.steps, func(s *step) bool { return s.held })
	if err := m.namePatches(); err != nil {
		return nil, err
	}
	m.nameTargets()
	m.describe()
	return m, nil
}

// sort tells livepatches from the modules that they patch, and from all others.
func (m *mapping) sort() {
	m.shown = m.t.evidence()
	for _, s := range m.t.steps {
		if s.op != opLoad || slices.Contains(slices.Concat(m.patches, m.targets, m.foreign), s.module) {
			continue
		}
		switch {
		case m.shown.targets[s.module], !m.shown.patches[s.module] && isTargetName(s.module):
			m.targets = append(m.targets, s.module)
		case m.isForeign(s.module, m.shown):
			m.foreign = append(m.foreign, s.module)
		default:
			m.patches = append(m.patches, s.module)
		}
	}
}

func isTargetName(module string) bool {
	return targetName.MatchString(module) || module == holderModule || module == otherModule
}

func (m *mapping) namePatches() error {
	taken := map[string]bool{}
	for _, name := range m.patches {
		if ownProbe.MatchString(name) || ownLoglvl.MatchString(name) {
			m.ours[name], taken[name] = name, true
		}
	}
	for _, name := range m.patches {
		if m.ours[name] != "" {
			continue
		}
		free := ""
		for _, letter := range probes {
			if probe := "klp_" + string(letter); free == "" && !taken[probe] {
				free = probe
			}
		}
		if free == "" {
			return &blame.Error{Party: blame.User, Summary: "the text is about more than eight livepatches", Advice: "paste the part that matters, or choose one test with --test"}
		}
		m.ours[name], taken[free] = free, true
	}
	return nil
}

// nameTargets lets klp_target stand for the module that is loaded while
// transitions are held, unless that is loaded or removed meanwhile.
func (m *mapping) nameTargets() {
	taken := map[string]bool{}
	for _, name := range m.targets {
		if name == holderModule || name == otherModule {
			m.ours[name], taken[name] = name, true
		}
	}
	first := []string{holderModule, otherModule}
	for _, name := range m.sortedTargets() {
		if m.ours[name] != "" {
			continue
		}
		choice := ""
		for _, candidate := range first {
			if !taken[candidate] && (candidate != holderModule || !m.holder || m.canHold(name)) && choice == "" {
				choice = candidate
			}
		}
		if choice == "" {
			m.unknown = append(m.unknown, name)
			continue
		}
		m.ours[name], taken[choice] = choice, true
	}
	m.alone = m.holder && !taken[holderModule]
}

// sortedTargets returns the targets, known holders of transitions first.
func (m *mapping) sortedTargets() []string {
	list := slices.Clone(m.targets)
	slices.SortStableFunc(list, func(a, b string) int { return m.rank(a) - m.rank(b) })
	return list
}

func (m *mapping) rank(module string) int {
	if slices.Contains(m.t.busy, module) {
		return 0
	}
	return 1
}

// canHold reports whether a module is loaded before the first held transition,
// and stays until the last one is over.
func (m *mapping) canHold(module string) bool {
	loaded, held := false, false
	for _, s := range m.t.steps {
		switch {
		case s.op == opLoad && s.module == module && !s.fails:
			if held {
				return false
			}
			loaded = true
		case s.op == opUnload && s.module == module:
			if held {
				return !slices.ContainsFunc(m.t.steps[slices.Index(m.t.steps, s):], func(s *step) bool { return s.held }) && !m.inTransition(s)
			}
			loaded = false
		case s.held:
			if !loaded {
				return false
			}
			held = true
		}
	}
	return true
}

// inTransition reports whether a step comes while a held transition runs.
func (m *mapping) inTransition(at *step) bool {
	open := false
	for _, s := range m.t.steps {
		if s == at {
			return open
		}
		if s.held {
			open = true
		}
		if open && ends(s) {
			open = false
		}
	}
	return false
}

// ends reports whether the log shows the end of a transition after a step.
func ends(s *step) bool {
	return slices.ContainsFunc(s.events, func(e event) bool { return e.what == complete })
}
