// SPDX-License-Identifier: Apache-2.0

package model

// initTransition is klp_init_transition().
func (c *core) initTransition(p *patch, target direction) {
	c.transition, c.target = p, target
	c.debug("'%s': initializing %s transition", p.mod.name, target)
	for _, t := range c.tasks.list {
		t.state = opposite(target)
	}
	c.setTransition(p, true)
}

func opposite(d direction) direction { return patched - d }

func (c *core) setTransition(p *patch, on bool) {
	for _, o := range p.objects {
		for _, f := range o.functions {
			f.transition = on
		}
	}
}

// startTransition is klp_start_transition().
func (c *core) startTransition() {
	c.notice("'%s': starting %s transition", c.transition.mod.name, c.target)
	for _, t := range c.tasks.list {
		if t.state != c.target {
			t.pending = true
		}
	}
}

// tryCompleteTransition is klp_try_complete_transition().
func (c *core) tryCompleteTransition() {
	complete := true
	for _, t := range c.tasks.list {
		if !c.trySwitchTask(t) {
			complete = false
		}
	}
	if !complete {
		c.delayedWork = true
		return
	}
	p := c.transition
	c.completeTransition()
	if !p.enabled {
		c.freePatchAsync(p)
	} else if p.replace {
		c.freeReplacedPatchesAsync(p)
	}
}

// trySwitchTask is klp_try_switch_task().
func (c *core) trySwitchTask(t *task) bool {
	if t.state == c.target {
		return true
	}
	if c.fails(saveStack) || c.checkStack(t) {
		return false
	}
	t.pending = false
	t.state = c.target
	return true
}

// checkStack is klp_check_stack(): does the task sleep in the code that the
// transition leaves?
func (c *core) checkStack(t *task) bool {
	for _, o := range c.transition.objects {
		if !o.patched {
			continue
		}
		for _, f := range o.functions {
			if t.in == c.left(f) {
				return true
			}
		}
	}
	return false
}

// left is the code that a transition leaves, as klp_check_stack_func() finds
// it. For the oldest of several replacements, the kernel mistakes the head of
// the list for the next one; this happens when the disabling of a livepatch
// below another one is reversed.
func (c *core) left(f *function) address {
	if c.target == unpatched {
		return f.newFunc
	}
	stack := c.stacks[f.oldFunc]
	c.strayed = c.strayed || len(stack) > 1 && stack[len(stack)-1] == f
	return c.before(f)
}

// transitionWork is klp_transition_work_fn(), which runs once a second while
// there is something to wait for.
func (c *core) transitionWork() {
	if !c.delayedWork {
		return
	}
	c.delayedWork = false
	if c.transition != nil {
		c.tryCompleteTransition()
	}
}

// completeTransition is klp_complete_transition().
func (c *core) completeTransition() {
	p, target := c.transition, c.target
	c.debug("'%s': completing %s transition", p.mod.name, target)
	if p.replace && target == patched {
		c.unpatchReplacedPatches(p)
		c.discardNops(p)
	}
	if target == unpatched {
		c.unpatchObjects(p)
	}
	c.setTransition(p, false)
	for _, t := range c.tasks.list {
		t.state = idle
	}
	for _, o := range p.objects {
		switch {
		case !o.isLoaded():
		case target == patched:
			o.postPatch()
		default:
			o.postUnpatch()
		}
	}
	c.notice("'%s': %s complete", p.mod.name, target)
	c.target, c.transition = idle, nil
}

// cancelTransition is klp_cancel_transition(): the transition has not started
// yet.
func (c *core) cancelTransition() {
	c.debug("'%s': canceling patching transition, going to unpatch", c.transition.mod.name)
	c.target = unpatched
	c.completeTransition()
}

// reverseTransition is klp_reverse_transition(). It does not try to switch
// tasks: the work that the transition has scheduled does.
func (c *core) reverseTransition() {
	p := c.transition
	c.debug("'%s': reversing transition from %s to %s", p.mod.name, c.target, opposite(c.target))
	for _, t := range c.tasks.list {
		t.pending = false
	}
	p.enabled = !p.enabled
	c.target = opposite(c.target)
	c.startTransition()
}

// forceTransition is klp_force_transition(). It does not end the transition:
// the work that the transition has scheduled does. The log says "patched" for
// both directions.
func (c *core) forceTransition() {
	c.warn("forcing remaining tasks to the patched state")
	for _, t := range c.tasks.list {
		t.updatePatchState(c.target)
	}
	for _, p := range c.patches {
		p.forced = p.forced || c.isForced(p)
	}
}

// isForced tells whether tasks may be left in the code of a livepatch that is
// being removed.
func (c *core) isForced(p *patch) bool {
	switch {
	case c.forcesAll:
		return true
	case c.target == unpatched:
		return p == c.transition
	}
	return c.transition.replace && p != c.transition
}
