// SPDX-License-Identifier: Apache-2.0

package model

import "slices"

// The stacks of functions are what kernel/livepatch/patch.c keeps for each
// original function: its replacements, the newest first.

// patchObject is klp_patch_object().
func (c *core) patchObject(o *object) int {
	for _, f := range o.functions {
		if ret := c.patchFunction(f); ret != 0 {
			c.unpatchObject(o)
			return ret
		}
	}
	o.patched = true
	return 0
}

// patchFunction is klp_patch_func(). Nothing but livepatch uses ftrace here.
func (c *core) patchFunction(f *function) int {
	if len(c.stacks[f.oldFunc]) == 0 {
		if ret := c.addOps(f); ret != 0 {
			return ret
		}
	}
	c.stacks[f.oldFunc] = slices.Insert(c.stacks[f.oldFunc], 0, f)
	f.patched = true
	return 0
}

// addOps is the part of klp_patch_func() that is about a function which no other
// livepatch patches.
func (c *core) addOps(f *function) int {
	switch {
	case f.name == notTraceable:
		c.err("failed to find location for function '%s'", f.name)
		return einval
	case c.fails(kmalloc):
		return enomem
	case c.fails(setFilter):
		c.err("failed to set ftrace filter for function '%s' (%d)", f.name, enomem)
		return enomem
	}
	ret := c.registerOps()
	if ret != 0 {
		c.err("failed to register ftrace handler for function '%s' (%d)", f.name, ret)
		c.fails(setFilter) // the filter is removed, whatever the call returns
	}
	return ret
}

// registerOps is register_ftrace_function().
func (c *core) registerOps() int {
	switch {
	case c.fails(registerFunction):
		return enomem
	case c.ftraceOff:
		return ebusy
	}
	return 0
}

// unpatchObject is klp_unpatch_object().
func (c *core) unpatchObject(o *object) {
	for _, f := range o.functions {
		if f.patched {
			c.unpatchFunction(f)
		}
	}
	o.patched = false
}

// unpatchObjects is klp_unpatch_objects().
func (c *core) unpatchObjects(p *patch) {
	for _, o := range p.objects {
		if o.patched {
			c.unpatchObject(o)
		}
	}
}

// unpatchFunction is klp_unpatch_func().
func (c *core) unpatchFunction(f *function) {
	stack := slices.DeleteFunc(c.stacks[f.oldFunc], func(g *function) bool { return g == f })
	if c.stacks[f.oldFunc] = stack; len(stack) == 0 {
		c.unfiltered = c.unfiltered || c.fails(setFilter)
		delete(c.stacks, f.oldFunc)
	}
	f.patched = false
}

// before returns the code that ran in place of f's original until f was
// enabled.
func (c *core) before(f *function) address {
	stack := c.stacks[f.oldFunc]
	if i := slices.Index(stack, f) + 1; i < len(stack) {
		return stack[i].newFunc
	}
	return f.oldFunc
}

// called is klp_ftrace_handler(): the code that a task runs when it calls a
// function.
func (c *core) called(t *task, original address) address {
	stack := c.stacks[original]
	if len(stack) == 0 {
		return original
	}
	f := stack[0]
	if f.transition && t.state == unpatched {
		return c.before(f)
	}
	return f.newFunc
}
