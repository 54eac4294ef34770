// SPDX-License-Identifier: Apache-2.0

package model

// moduleComing is klp_module_coming(): livepatches are applied to a module
// before its init runs. A failure keeps the module from being loaded.
func (c *core) moduleComing(m *module) int {
	m.klpAlive = true
	for _, p := range c.patches {
		o := p.findObject(m.name)
		if o == nil {
			continue
		}
		o.mod = m
		if ret := c.applyToComing(p, o); ret != 0 {
			c.warn("patch '%s' failed for module '%s', refusing to load module '%s'", p.mod.name, m.name, m.name)
			m.klpAlive = false
			o.mod = nil
			c.cleanupModule(m, p)
			return ret
		}
	}
	return 0
}

// applyToComing is the part of klp_module_coming() that is about one livepatch.
// If that livepatch is in transition, post_patch runs when the transition ends.
func (c *core) applyToComing(p *patch, o *object) int {
	if ret := c.initObjectLoaded(o); ret != 0 {
		c.warn("failed to initialize patch '%s' for module '%s' (%d)", p.mod.name, o, ret)
		return ret
	}
	c.notice("applying patch '%s' to loading module '%s'", p.mod.name, o)
	if ret := o.prePatch(); ret != 0 {
		c.warn("pre-patch callback failed for object '%s'", o)
		return ret
	}
	if ret := c.patchObject(o); ret != 0 {
		c.warn("failed to apply patch '%s' to module '%s' (%d)", p.mod.name, o, ret)
		o.postUnpatch()
		return ret
	}
	if p != c.transition {
		o.postPatch()
	}
	return 0
}

// moduleGoing is klp_module_going(), after the module's exit.
func (c *core) moduleGoing(m *module) {
	m.klpAlive = false
	c.cleanupModule(m, nil)
}

// cleanupModule is klp_cleanup_module_patches_limited(): livepatches before
// limit release a module, in the order in which they were enabled.
func (c *core) cleanupModule(m *module, limit *patch) {
	for _, p := range c.patches {
		if p == limit {
			return
		}
		o := p.findObject(m.name)
		if o == nil {
			continue
		}
		if p != c.transition {
			o.preUnpatch()
		}
		c.notice("reverting patch '%s' on unloading module '%s'", p.mod.name, m.name)
		c.unpatchObject(o)
		o.postUnpatch()
		c.clearRelocs(o)
		c.freeObjectLoaded(o)
	}
}

// freeObjectLoaded is klp_free_object_loaded().
func (c *core) freeObjectLoaded(o *object) {
	o.mod = nil
	for _, f := range o.functions {
		f.oldFunc = ""
		if f.nop {
			f.newFunc = ""
		}
	}
}
