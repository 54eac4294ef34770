// SPDX-License-Identifier: Apache-2.0

package model

import (
	"slices"

	"golang.org/x/sys/unix"
)

// Errors are negative, as inside the kernel.
const (
	ebusy  = -int(unix.EBUSY)
	eexist = -int(unix.EEXIST)
	einval = -int(unix.EINVAL)
	enomem = -int(unix.ENOMEM)
)

// maxModuleName is MODULE_NAME_LEN of a 64-bit kernel, with the zero.
const maxModuleName = 56

// core is the livepatch core: the variables of kernel/livepatch/*.c and the
// functions that work on them. In the kernel klp_mutex serialises these
// functions, so no two run at once.
type core struct {
	logger
	facts
	modules *moduleList
	tasks   *taskList

	patches     []*patch  // klp_patches: enabled or in transition, oldest first
	transition  *patch    // klp_transition_patch; nil: there is none
	target      direction // klp_target_state; idle: there is none
	stacks      map[address][]*function
	ftraceOff   bool // /proc/sys/kernel/ftrace_enabled is 0
	delayedWork bool // klp_transition_work is scheduled

	directories    []*patch       // those with a directory in sysfs
	freeWork       []*patch       // freed except for their directory and the module's reference
	prevStateWarn  bool           // klp_get_prev_state() has warned
	ftraceWarned   bool           // ftrace_enable_sysctl() has warned
	fault          *fault         // a call that is to fail; nil: none
	calls          map[string]int // calls that can fail, by function
	unfiltered     bool           // klp_unpatch_func() has warned that it cannot remove a filter
	strayed        bool           // klp_check_stack_func() has read something that is not a function; see left
	relocatedTwice bool           // apply_relocate_add() has found its own relocations
}

func newCore(f facts, log *kmsg, modules *moduleList, tasks *taskList) *core {
	return &core{
		logger: logger{log, "livepatch: "}, facts: f, modules: modules, tasks: tasks,
		target: idle, stacks: map[address][]*function{}, calls: map[string]int{},
	}
}

// enablePatch is klp_enable_patch(), which a livepatch's init calls.
func (c *core) enablePatch(p *patch) int {
	if !c.isPatchCompatible(p) {
		c.err("Livepatch patch (%s) is not compatible with the already installed livepatches.", p.mod.name)
		return einval
	}
	if c.fails(tryModuleGet) {
		return enodev
	}
	p.mod.refs++
	p.enabled, p.forced = false, false
	ret := c.initPatch(p)
	if ret == 0 {
		ret = c.enable(p)
	}
	if ret != 0 {
		c.freePatchStart(p)
		c.freePatchFinish(p)
	}
	return ret
}

// enable is __klp_enable_patch().
func (c *core) enable(p *patch) int {
	if c.transition != nil {
		return ebusy
	}
	c.notice("enabling patch '%s'", p.mod.name)
	c.initTransition(p, patched)
	for _, o := range p.objects {
		if !o.isLoaded() {
			continue
		}
		if ret := c.enableObject(o); ret != 0 {
			c.warn("failed to enable patch '%s'", p.mod.name)
			c.cancelTransition()
			return ret
		}
	}
	c.startTransition()
	p.enabled = true
	c.tryCompleteTransition()
	return 0
}

// enableObject is the part of __klp_enable_patch() that is about one object.
func (c *core) enableObject(o *object) int {
	if ret := o.prePatch(); ret != 0 {
		c.warn("pre-patch callback failed for object '%s'", o)
		return ret
	}
	ret := c.patchObject(o)
	if ret != 0 {
		c.warn("failed to patch object '%s'", o)
	}
	return ret
}

// disable is __klp_disable_patch().
func (c *core) disable(p *patch) int {
	if c.transition != nil {
		return ebusy
	}
	c.initTransition(p, unpatched)
	for _, o := range p.objects {
		if o.patched {
			o.preUnpatch()
		}
	}
	c.startTransition()
	p.enabled = false
	c.tryCompleteTransition()
	return 0
}

// unpatchReplacedPatches is klp_unpatch_replaced_patches().
func (c *core) unpatchReplacedPatches(by *patch) {
	for _, old := range c.patches {
		if old == by {
			return
		}
		old.enabled = false
		c.unpatchObjects(old)
	}
}

// discardNops is klp_discard_nops().
func (c *core) discardNops(p *patch) {
	for _, o := range p.objects {
		for _, f := range o.functions {
			if f.nop && f.patched {
				c.unpatchFunction(f)
			}
		}
		o.patched = o.patched && !o.dynamic
		o.functions = slices.DeleteFunc(o.functions, func(f *function) bool { return f.nop })
	}
	p.objects = slices.DeleteFunc(p.objects, func(o *object) bool { return o.dynamic })
}

// freePatchStart is klp_free_patch_start(): p is no longer listed.
func (c *core) freePatchStart(p *patch) {
	c.patches = slices.DeleteFunc(c.patches, func(q *patch) bool { return q == p })
	p.objects = nil
}

// freePatchFinish is klp_free_patch_finish(). A forced livepatch keeps its
// module for ever: a task may still be in its code.
func (c *core) freePatchFinish(p *patch) {
	c.directories = slices.DeleteFunc(c.directories, func(q *patch) bool { return q == p })
	if !p.forced {
		p.mod.refs--
	}
}

// freePatchAsync is klp_free_patch_async().
func (c *core) freePatchAsync(p *patch) {
	c.freePatchStart(p)
	c.freeWork = append(c.freeWork, p)
}

// freeReplacedPatchesAsync is klp_free_replaced_patches_async().
func (c *core) freeReplacedPatchesAsync(by *patch) {
	for _, old := range slices.Clone(c.patches) {
		if old == by {
			return
		}
		c.freePatchAsync(old)
	}
}

// runFreeWork is klp_free_patch_work_fn() for each livepatch that waits for it.
func (c *core) runFreeWork() {
	for _, p := range c.freeWork {
		c.freePatchFinish(p)
	}
	c.freeWork = nil
}
