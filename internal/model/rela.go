// SPDX-License-Identifier: Apache-2.0

package model

import "strconv"

// rela is kmods/src/klp_rela.c, a livepatch with relocations of its own.
type rela struct {
	k     *kernel
	patch *patch
}

func newRela(k *kernel, m *module) *rela {
	replaced := func(name string) []*function {
		return []*function{{name: name, newFunc: address(m.name + ":" + name)}}
	}
	return &rela{k, &patch{mod: m, objects: []*object{
		{functions: replaced("cmdline_proc_show")},
		{name: "klp_target", functions: replaced("klp_target_value"), relocates: true},
	}}}
}

func (*rela) isLivepatch() bool   { return true }
func (*rela) functions() []string { return nil }
func (*rela) params() []param     { return nil }
func (r *rela) init() int         { return r.k.enablePatch(r.patch) }
func (*rela) exit()               {}

// applyRelocs is klp_apply_object_relocs(); here it finds all symbols. x86
// refuses to write a relocation twice; arch/x86/kernel/module.c.
func (c *core) applyRelocs(o *object) {
	if o.relocated {
		c.relocatedTwice = true
	}
	o.relocated = o.relocates
}

// clearRelocs is klp_clear_object_relocs().
func (c *core) clearRelocs(o *object) { o.relocated = o.relocated && c.relocsStay }

const (
	relaValue   = address("klp_rela:klp_target_value")
	relaCmdline = address("klp_rela:cmdline_proc_show")
)

// numberOf returns the value that a version of klp_target_value() returns.
func (t *target) numberOf(code address) string {
	if code == relaValue {
		return strconv.Itoa(2 * t.number)
	}
	return strconv.Itoa(probeNumber(code))
}
