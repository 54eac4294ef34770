// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"slices"
)

var (
	takesOver = regexp.MustCompile(`\balready allocated\b|\btaking over\b`)
	ownedData = regexp.MustCompile(`^(?:take|copy|free) (\w+)/(\d+)/`)
)

// setData gives data to the livepatches whose data others take over: a log may
// lack the line about its allocation.
func (m *mapping) setData(loads []*step) {
	for _, s := range loads {
		for _, e := range m.life(s) {
			if owner, id, ok := dataOwner(e); ok {
				m.giveData(s, owner, id)
			}
		}
	}
}

// dataOwner returns the livepatch and the state of the data that a line of
// another livepatch is about. Without a name it is the livepatch below.
func dataOwner(e event) (owner, id string, ok bool) {
	switch e.what {
	case stateLine:
		return "", "1", takesOver.MatchString(e.text)
	case dataLine:
		if m := ownedData.FindStringSubmatch(e.text); m != nil {
			return m[1], m[2], m[1] != e.patch
		}
	}
	return "", "", false
}

// giveData makes a livepatch that is enabled before a step allocate data.
func (m *mapping) giveData(taker *step, owner, id string) {
	at := slices.Index(m.t.steps, taker)
	for _, name := range slices.Backward(m.enabledBefore(at)) {
		p := m.lastLoad(name, at)
		if owner != "" && owner != name || p == nil {
			continue
		}
		if p.typed == nil && p.data == "" {
			p.data = "alloc"
		}
		if p.typed == nil && p.states == nil && owner != "" {
			p.states = []string{id + ":1"}
		}
		return
	}
}

// lastLoad returns the parameters of a livepatch's last loading before a step.
func (m *mapping) lastLoad(patch string, at int) *probe {
	for _, s := range slices.Backward(m.t.steps[:at]) {
		if s.module == patch && m.params[s] != nil {
			return m.params[s]
		}
	}
	return nil
}
