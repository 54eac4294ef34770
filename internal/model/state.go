// SPDX-License-Identifier: Apache-2.0

package model

// getState is klp_get_state(): of several entries with an id, the first one.
func (p *patch) getState(id uint64) *state {
	for _, s := range p.states {
		if s.id == id {
			return s
		}
	}
	return nil
}

// getPrevState is klp_get_prev_state(): the state of the newest livepatch that
// has it and was enabled before the one in transition, whichever livepatch
// asks.
func (c *core) getPrevState(id uint64) *state {
	if c.transition == nil {
		c.warnOnce()
		return nil
	}
	var last *state
	for _, p := range c.patches {
		if p == c.transition {
			break
		}
		if s := p.getState(id); s != nil {
			last = s
		}
	}
	return last
}

// warnOnce is the WARN_ON_ONCE() of klp_get_prev_state().
func (c *core) warnOnce() {
	if !c.prevStateWarn {
		c.prevStateWarn = true
		c.kmsg.splat("kernel/livepatch/state.c:69", "klp_get_prev_state")
	}
}

// isPatchCompatible is klp_is_patch_compatible(): each state of each listed
// livepatch counts, even while the livepatch is being enabled or disabled.
func (c *core) isPatchCompatible(p *patch) bool {
	for _, old := range c.patches {
		for _, s := range old.states {
			if !p.isStateCompatible(s) {
				return false
			}
		}
	}
	return true
}

// isStateCompatible is klp_is_state_compatible(): a livepatch must not fall
// behind the installed version, and a cumulative one must have each installed
// state.
func (p *patch) isStateCompatible(old *state) bool {
	s := p.getState(old.id)
	if s == nil {
		return !p.replace
	}
	return s.version >= old.version
}
