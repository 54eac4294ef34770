// SPDX-License-Identifier: Apache-2.0

package model

// initPatch is klp_init_patch().
func (c *core) initPatch(p *patch) int {
	if c.fails(kobjectAdd) {
		return enomem
	}
	c.directories = append(c.directories, p)
	if p.replace {
		if ret := c.addNops(p); ret != 0 {
			return ret
		}
	}
	for _, o := range p.objects {
		if ret := c.initObject(p, o); ret != 0 {
			return ret
		}
	}
	c.patches = append(c.patches, p)
	return 0
}

// addNops is klp_add_nops(): functions that only the listed livepatches patch, and not p,
// return to the original code.
func (c *core) addNops(p *patch) int {
	for _, old := range c.patches {
		for _, oldObject := range old.objects {
			if ret := c.addObjectNops(p, oldObject); ret != 0 {
				return ret
			}
		}
	}
	return 0
}

// addObjectNops is klp_add_object_nops().
func (c *core) addObjectNops(p *patch, old *object) int {
	o := p.findObject(old.name)
	if o == nil {
		if c.lacksMemory(old.isModule()) {
			return enomem
		}
		o = &object{name: old.name, dynamic: true}
		p.objects = append(p.objects, o)
	}
	for _, f := range old.functions {
		if o.findFunction(f.name) != nil {
			continue
		}
		if c.lacksMemory(true) {
			return enomem
		}
		o.functions = append(o.functions, &function{name: f.name, nop: true})
	}
	return 0
}

// lacksMemory tells whether the allocation of an object or a function fails, or that of its
// name, if it has one.
func (c *core) lacksMemory(named bool) bool {
	return c.fails(kmalloc) || named && c.fails(kmalloc)
}

// initObject is klp_init_object().
func (c *core) initObject(p *patch, o *object) int {
	if len(o.name) >= maxModuleName {
		return einval
	}
	o.patched, o.mod = false, nil
	if m := c.modules.find(o.name); o.isModule() && m != nil && m.klpAlive {
		o.mod = m
	}
	if c.fails(kobjectAdd) {
		return enomem
	}
	seen := map[string]bool{}
	for _, f := range o.functions {
		if c.fails(kobjectAdd) {
			return enomem
		}
		if seen[f.name] {
			c.duplicate(p, o, f)
			return eexist
		}
		seen[f.name] = true
		f.patched, f.transition = false, false
	}
	if o.isLoaded() {
		return c.initObjectLoaded(o)
	}
	return 0
}

// duplicate logs the messages of sysfs and kobjects about a name that already exists;
// fs/sysfs/dir.c and lib/kobject.c.
func (c *core) duplicate(p *patch, o *object, f *function) {
	logger{c.kmsg, "sysfs: "}.warn("cannot create duplicate filename '/kernel/livepatch/%s/%s/%s,1'", p.mod.name, o, f.name)
	c.kmsg.dumpStack()
	logger{c.kmsg, "kobject: "}.err("kobject_add_internal failed for %s,1 with -EEXIST, "+
		"don't try to register things with the same name in the same directory.", f.name)
}

// initObjectLoaded is klp_init_object_loaded().
func (c *core) initObjectLoaded(o *object) int {
	c.applyRelocs(o)
	for _, f := range o.functions {
		if !c.modules.hasFunction(o.String(), f.name) {
			c.err("symbol '%s' not found in symbol table", f.name)
			return einval
		}
		f.oldFunc = address(o.String() + ":" + f.name)
		if c.fails(lookupSize) {
			c.err("kallsyms size lookup failed for '%s'", f.name)
			return enoent
		}
		if f.nop {
			f.newFunc = f.oldFunc
		}
		if c.fails(lookupSize) {
			c.err("kallsyms size lookup failed for '%s' replacement", f.name)
			return enoent
		}
	}
	return 0
}
