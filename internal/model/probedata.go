// SPDX-License-Identifier: Apache-2.0

package model

import "fmt"

// data is what state->data points to.
type data struct {
	name  string    // MODULE/STATE/COUNT; empty: not a probe's
	level *loglevel // nil: not klp_loglevel's
}

// The values of the probe's data=; kmods/src/klp_probe_data.h.
const (
	modeNone  = ""
	modeAlloc = "alloc"
	modeTake  = "take"
	modeCopy  = "copy"
	modeFree  = "free"
	modeFail  = "fail"
	modeLeak  = "leak"
)

// nameOf is probe_data_name(). The model cannot read data of another kind.
func (p *probe) nameOf(s *state) string {
	if s.data.name == "" {
		p.k.giveUp("a probe that reads data of klp_loglevel")
		return "?"
	}
	return s.data.name
}

// replaced is probe_replaced().
func (p *probe) replaced(own *state) *state {
	prev := p.k.getPrevState(own.id)
	if prev == own || prev == nil || prev.data == nil {
		return nil
	}
	return prev
}

func (p *probe) shadowed(s *state) bool { return p.patch.getState(s.id) != s }

func (p *probe) alloc(i int) int {
	s := p.patch.states[i]
	p.counts[i]++
	name := fmt.Sprintf("%s/%d/%d", p.mod.name, s.id, p.counts[i])
	if p.mode == modeFail {
		p.info("no memory for %s", name)
		return enomem
	}
	s.data = &data{name: name}
	p.info("alloc %s", name)
	return 0
}

func (p *probe) free(s *state) {
	if s.data != nil {
		p.info("free %s", p.nameOf(s))
		s.data = nil
	}
}

func (p *probe) take(own, prev *state) {
	if own.data == nil {
		p.info("take %s", p.nameOf(prev))
		own.data, prev.data = prev.data, nil
	}
}

func (p *probe) copy(own, prev *state) {
	if own.data == nil {
		return
	}
	p.info("copy %s to %s", p.nameOf(prev), p.nameOf(own))
	if p.patch.replace {
		p.free(prev)
	}
}

// settle is probe_data_settle().
func (p *probe) settle(own *state) {
	prev := p.replaced(own)
	switch {
	case prev == nil:
	case p.mode == modeCopy:
		p.copy(own, prev)
	case p.mode == modeTake && p.patch.replace:
		p.take(own, prev)
	case p.mode == modeFree && p.patch.replace:
		p.free(prev)
	}
}

func (p *probe) provided(own *state) bool {
	return p.mode == modeTake && p.patch.replace && p.replaced(own) != nil
}

// dropAll is probe_data_drop_all(): for post_unpatch, and for a pre_patch that
// fails.
func (p *probe) dropAll() {
	if p.mode == modeNone || p.mode == modeLeak {
		return
	}
	for _, s := range p.patch.states {
		p.free(s)
	}
}

// prepareAll is probe_data_prepare_all(): for pre_patch.
func (p *probe) prepareAll() int {
	p.settled = false
	if p.mode == modeNone {
		return 0
	}
	for i, s := range p.patch.states {
		if p.shadowed(s) || p.provided(s) {
			continue
		}
		if ret := p.alloc(i); ret != 0 {
			p.dropAll()
			return ret
		}
	}
	return 0
}

// settleAll is probe_data_settle_all(): for post_patch, once.
func (p *probe) settleAll() {
	for _, s := range p.patch.states {
		if !p.settled && !p.shadowed(s) {
			p.settle(s)
		}
	}
	p.settled = true
}
